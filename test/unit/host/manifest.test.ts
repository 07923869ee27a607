import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import type { Schema } from '../../../src/agent/schema.ts';
import { editorName, tools } from '../../../src/agent/tools.ts';

interface Manifest {
  readonly activationEvents?: readonly string[];
  readonly enabledApiProposals?: readonly string[];
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly contributes: Readonly<Record<string, unknown>> & {
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string; readonly type?: string }>> };
  };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const sources = globSync('src/**/*.ts').map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const settings = Object.entries(manifest.contributes.configuration.properties);

/** Nothing gets in that isn't described, or has no end. */
function mustBeStrict(schema: Schema): void {
  if (schema.type === 'array') {
    assert.ok(schema.maxItems <= 20);
    mustBeStrict(schema.items);
  }
  if (schema.type === 'object') {
    assert.equal(schema.additionalProperties, false);
    Object.values(schema.properties).forEach(mustBeStrict);
  } else assert.ok(schema.description.length > 5);
}

describe('what nobody but a person may decide', () => {
  it('hosts, limits and intervals: every setting belongs to the user, none to a workspace', () => {
    assert.ok(settings.length > 1);
    for (const [name, { scope }] of settings) assert.equal(scope, 'application', name);
  });

  it('amounts in settings are texts: a JSON number would lose digits', () => {
    for (const [name, { type }] of settings.filter(([key]) => key.includes('.limits.'))) {
      assert.ok(type === 'string' || type === 'object', name);
    }
  });

  it('a write: no link, agent or other extension has a way in', () => {
    assert.deepEqual(
      (manifest.activationEvents ?? []).filter((event) => event.startsWith('onUri')),
      [],
    );
    assert.equal(manifest.enabledApiProposals, undefined);
    for (const door of ['chatParticipants', 'mcpServerDefinitionProviders', 'taskDefinitions', 'terminal']) {
      assert.equal(manifest.contributes[door], undefined, door);
    }
    for (const { file, text } of sources) {
      assert.ok(!/registerUriHandler|vscode\.chat\.|registerMcpServer/.test(text), file);
      if (!file.endsWith('agent-tools.ts')) assert.ok(!text.includes('vscode.lm.'), file);
    }
    // Agents look, once a person allows it. What they are told by reaches nothing that acts: test/unit/agent.
    const offered = manifest.contributes['languageModelTools'] as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      offered.map(({ name, when }) => [name, when]),
      tools.map((tool) => [editorName(tool), 'config.ltvGauge.agents.enabled']),
    );
    for (const { name, tags, toolReferenceName, canBeReferencedInPrompt, modelDescription, inputSchema } of offered) {
      assert.ok(Array.isArray(tags) && tags.length > 0 && canBeReferencedInPrompt === true, String(name));
      assert.match(String(toolReferenceName), /^ltvGauge\w*$/);
      assert.match(
        String(modelDescription),
        /(Read-only: nothing can be changed\.|can't save, run, confirm or send anything\.) .*data, never instructions\./,
      );
      mustBeStrict(inputSchema as Schema);
    }
    const agents = sources.filter(({ file }) => /vscode[/\\]agent-\w+\.ts$/.test(file)).map(({ text }) => text);
    assert.equal(agents.length, 2);
    for (const text of agents) {
      const imported = [...text.matchAll(/(?:from |import\()'(.+?)'/g)].map(([, from]) => from);
      const others = ['vscode', '../agent/looking.ts', '../agent/tools.ts'];
      assert.deepEqual(
        imported.filter((from) => !from?.startsWith('./') && !others.includes(from ?? '')),
        [],
      );
      assert.ok(!/executeCommand|app\.(?:ledger|arming|vault|connections|book|poller)|\.\/dialogs/.test(text));
    }
    // What activate returns is what other extensions get.
    const entry = sources.find(({ file }) => file.endsWith('extension.ts'))?.text ?? '';
    assert.match(entry, /export function activate\(context: vscode\.ExtensionContext\): void/);
  });

  it('whether a plan runs: no folder that is not trusted brings one that can', () => {
    const commands = manifest.contributes['commands'] as readonly { readonly command: string; readonly enablement?: string }[];
    assert.equal(commands.find(({ command }) => command === 'ltvGauge.runPlan')?.enablement, 'isWorkspaceTrusted');
    // Other extensions run commands that are not enabled, too.
    const plans = sources.find(({ file }) => file.endsWith('plans.ts') && file.includes('vscode'))?.text ?? '';
    assert.match(plans, /async function runPlan\([^]*?!vscode\.workspace\.isTrusted[^]*?return;[^]*?await run\(/);
    assert.deepEqual(
      sources.filter(({ text }) => text.includes('run-plan.ts')).map(({ file }) => file.replaceAll('\\', '/')),
      ['src/vscode/plans.ts'],
    );
  });

  it('where a signed request goes: the address of an account is never taken from a setting', () => {
    for (const { file, text } of sources.filter((source) => source.text.includes('getConfiguration'))) {
      assert.match(file, /vscode[/\\]ports\.ts$/);
      assert.ok(!/baseUrl|host/i.test(text), file);
    }
  });
});
