// Runs inside the extension host: activates the extensions that LTV_GAUGE_ACTIVATE names, one after the other, and writes to LTV_GAUGE_ACTIVATED
// what each cost: the processor's milliseconds in all threads of the host until it was active, and until a second later.
const { writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const vscode = require('vscode');

const msSince = (start) => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
};

/** Until what was activated before has come to rest. */
async function quiet() {
  for (let left = 100; left > 0; left -= 1) {
    const start = process.cpuUsage();
    await sleep(100);
    if (msSince(start) < 4) return;
  }
}

exports.run = async () => {
  const costs = [];
  for (const id of JSON.parse(process.env.LTV_GAUGE_ACTIVATE)) {
    const extension = vscode.extensions.getExtension(id);
    if (extension === undefined || extension.isActive) throw new Error(`${id} is not there to be activated`);
    await quiet();
    const start = process.cpuUsage();
    await extension.activate();
    const active = msSince(start);
    await sleep(1_000);
    costs.push({ id, active, later: msSince(start) });
  }
  writeFileSync(process.env.LTV_GAUGE_ACTIVATED, JSON.stringify(costs));
};
