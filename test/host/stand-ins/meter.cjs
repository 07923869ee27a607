// An extension that measures the host it runs in: the processor's time of each turn of its event loop, of its own thread. A turn is what runs
// between two waits: at least as long as any task in it. After each second it writes the turns so far to LTV_GAUGE_TURNS: [ended, nanoseconds].
const { openSync, readSync, renameSync, writeFileSync } = require('node:fs');

const spent = openSync('/proc/thread-self/schedstat', 'r');
const held = Buffer.alloc(64);
const cpu = () => parseInt(held.latin1Slice(0, readSync(spent, held, 0, held.length, 0)), 10);

exports.activate = () => {
  const file = process.env.LTV_GAUGE_TURNS;
  const turns = [];
  let before = cpu();
  // Unreferenced: it doesn't keep the loop from waiting, so it runs once a turn.
  const turn = () => {
    const now = cpu();
    if (now - before > 500_000) turns.push([Date.now(), now - before]);
    before = cpu();
    setImmediate(turn).unref();
  };
  setImmediate(turn).unref();
  setInterval(() => {
    writeFileSync(`${file}.new`, JSON.stringify(turns));
    renameSync(`${file}.new`, file);
  }, 1_000);
};
