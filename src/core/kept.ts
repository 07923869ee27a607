/** What one maker made for an owner, and what others made for it. */
interface Held {
  readonly make: unknown;
  /** Undefined while it is made. */
  from: readonly unknown[] | undefined;
  made: unknown;
  readonly next: Held | undefined;
}

// One for all makers: each table has room for several times its owners, and there are a thousand of them and a dozen makers.
const first = new WeakMap<object, Held>();

/**
 * Makes something anew only when anything it is made from has changed; else it is the same object as before. Kept for as long as its owner.
 * @returns takes the owner, everything that the result depends on, and the arguments of `make`
 */
export function kept<Args extends readonly unknown[], Made>(
  make: (...args: Args) => Made,
): (owner: object, from: readonly unknown[], ...args: Args) => Made {
  return (owner, from, ...args) => {
    const head = first.get(owner);
    let held = head;
    while (held !== undefined && held.make !== make) held = held.next;
    if (held === undefined) first.set(owner, (held = { make, from: undefined, made: undefined, next: head }));
    if (isSame(held.from, from)) return held.made as Made;
    const made = make(...args);
    Object.assign(held, { from, made });
    return made;
  };
}

/** The same of what depends on nothing but its owner. */
export function madeOnce<Owner extends object, Made>(make: (owner: Owner) => Made): (owner: Owner) => Made {
  const made = kept(make);
  return (owner) => made(owner, nothing, owner);
}

const nothing: readonly never[] = [];

/** Whether both lists have the same values and objects. */
function isSame(a: readonly unknown[] | undefined, b: readonly unknown[]): boolean {
  if (a === b) return true;
  if (a?.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!Object.is(a[at], b[at])) return false;
  return true;
}
