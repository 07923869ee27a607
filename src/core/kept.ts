/**
 * Makes something anew only when anything it is made from has changed; else it is the same object as before. Kept for as long as its owner.
 * @param make is also given what tells the arguments of the latest call, for what is made later, as a tooltip
 * @returns takes the owner, everything that the result depends on, and the arguments of `make`
 */
export function kept<Args extends readonly unknown[], Made>(
  make: (latest: () => Args, ...args: Args) => Made,
): (owner: object, from: readonly unknown[], ...args: Args) => Made {
  const known = new WeakMap<object, { readonly from: readonly unknown[]; args: Args; readonly made: Made }>();
  return (owner, from, ...args) => {
    const held = known.get(owner);
    if (held !== undefined && isSame(held.from, from)) {
      held.args = args;
      return held.made;
    }
    // Of its own arguments: the same figures may be shown for two accounts in turn.
    const own = { args };
    const fresh = Object.assign(own, { from, made: make(() => own.args, ...args) });
    known.set(owner, fresh);
    return fresh.made;
  };
}

/** Whether both lists have the same values and objects. */
function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!Object.is(a[at], b[at])) return false;
  return true;
}
