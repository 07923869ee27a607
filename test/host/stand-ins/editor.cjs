// Stands in for the editor while an extension loads: `node editor.cjs <extension file> <how many accounts> <storage folder>`.
// Prints what activation came back with and what it had touched by then, as one line of JSON. An empty file is an extension, too.
const path = require('node:path');
const { subscribe } = require('node:diagnostics_channel');
const { writeSync } = require('node:fs');
const Module = require('node:module');

const [file, accountCount, folder] = process.argv.slice(2);
const touched = { secrets: 0, network: 0 };

// Channels, because loading the network modules to watch them would hide what it costs when the extension loads them.
for (const channel of ['net.client.socket', 'http.client.request.created', 'undici:request:create']) {
  subscribe(channel, () => {
    touched.network += 1;
  });
}
globalThis.fetch = () => {
  touched.network += 1;
  return Promise.reject(new Error('no network here'));
};

/** Can be called, made and asked for anything, so that what the extension registers need not be listed here. */
function anything(known = {}) {
  return new Proxy(function () {}, {
    get(_target, name) {
      if (Object.hasOwn(known, name)) return known[name];
      if (name === 'then') return undefined; // else whoever awaits it would wait for ever
      if (name === Symbol.toPrimitive) return () => '';
      known[name] = anything();
      return known[name];
    },
    apply: () => anything(),
    construct: () => anything(),
  });
}

let registered = 0;
const registerCommand = () => {
  registered += 1;
  return anything();
};

// The bundle copies what a module owns and inherits the rest: what it finds nowhere is made up by the prototype.
const vscode = Object.create(
  anything({
    __esModule: false,
    l10n: { bundle: undefined },
    env: anything({ language: 'en' }),
    workspace: anything({ getConfiguration: () => ({ get: () => undefined }) }),
    commands: anything({ executeCommand: () => Promise.resolve(), registerCommand }),
  }),
);

const accounts = Array.from({ length: Number(accountCount) }, (_, index) => {
  return { id: `account-${index}`, venue: 'okx', site: 'global', name: `Account ${index}`, simulated: false, readOnly: true };
});
const records = new Map([['ltvGauge.accounts', accounts]]);
const secret = () => {
  touched.secrets += 1;
  return Promise.resolve(undefined);
};
const context = anything({
  subscriptions: [],
  globalState: { get: (key) => records.get(key), update: () => Promise.resolve(), keys: () => [...records.keys()] },
  secrets: { get: secret, store: secret, delete: secret, keys: secret, onDidChange: () => anything() },
  globalStorageUri: { fsPath: folder },
  asAbsolutePath: (relative) => path.resolve(relative),
  extension: { packageJSON: require('../../../package.json') },
});

const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

const answer = require(file).activate?.(context);
const report = () => {
  writeSync(1, JSON.stringify({ answered: typeof answer, registered, ...touched }));
};

if (accounts.length > 0) {
  // Whatever is loaded before the editor can say or ask anything belongs to activation. What begins to read only after this does not.
  setImmediate(() => {
    report();
    process.exit();
  });
}
// With nobody to read for, nothing may ever be touched, and nothing may keep waiting.
else process.once('beforeExit', report);
