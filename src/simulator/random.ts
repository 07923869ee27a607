/** A start for `nextRandom` made from any text (FNV-1a, 32 bits). */
export function seedFrom(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** One draw: a value evenly spread over 0..2^32-1, and the state to draw from next (a Weyl step, then mixing). */
export function nextRandom(state: number): { readonly value: number; readonly state: number } {
  const next = (state + 0x9e3779b9) >>> 0;
  let mixed = next;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return { value: (mixed ^ (mixed >>> 16)) >>> 0, state: next };
}
