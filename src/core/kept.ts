/** What depends on nothing besides its owner is made from this. */
export const alone: readonly never[] = [];

/** What one maker made for an owner, and what others made for it. */
interface Held {
  readonly make: unknown;
  from: readonly unknown[];
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
    const held = heldOf(owner, make);
    if (held !== undefined && isSame(held.from, from)) return held.made as Made;
    const made = make(...args);
    hold(owner, make, from, made);
    return made;
  };
}

function heldOf(owner: object, make: unknown): Held | undefined {
  let held = first.get(owner);
  while (held !== undefined && held.make !== make) held = held.next;
  return held;
}

function hold(owner: object, make: unknown, from: readonly unknown[], made: unknown): void {
  const held = heldOf(owner, make);
  if (held === undefined) first.set(owner, { make, from, made, next: first.get(owner) });
  else Object.assign(held, { from, made });
}

/** Whether both lists have the same values and objects. */
function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!Object.is(a[at], b[at])) return false;
  return true;
}
