import { draft } from './draft.ts';
import { explain } from './explain.ts';
import { historyOf } from './history.ts';
import type { Looking } from './looking.ts';
import { mustFit, WrongInput, type ObjectSchema } from './schema.ts';
import { shortStatus } from './status.ts';
import { waysToTarget } from './ways.ts';
import { whatIf } from './what-if.ts';

/** A tool as package.json describes it: both fronts offer it in these words, and hold an input to this schema. */
export interface Described {
  /** As in `ltvGauge_whatIf`. */
  readonly name: string;
  readonly modelDescription: string;
  readonly inputSchema: ObjectSchema;
}

/** What answers it. */
export interface Tool {
  /** As in the manifest, after `ltvGauge_`. */
  readonly name: string;
  /** Not for other programs. */
  readonly editorOnly?: true;
  /** @param input fits the schema */
  readonly run: (looking: Looking, input: object) => object | Promise<object>;
}

export const tools: readonly Tool[] = [
  { name: 'status', run: (looking) => shortStatus(looking.states(), looking.options()) },
  { name: 'whatIf', run: (looking, input) => whatIf(looking.states(), looking.options(), input) },
  { name: 'waysToTarget', run: (looking, input) => waysToTarget(looking.states(), looking.options(), input) },
  { name: 'history', run: historyOf },
  { name: 'explain', run: explain },
  { name: 'draft', editorOnly: true, run: draft },
];

/** How the editor knows a tool. */
export const editorName = ({ name }: Tool): string => `ltvGauge_${name}`;

/**
 * What a tool answers, as JSON.
 * @throws WrongInput if what was given doesn't fit
 */
export async function answerOf({ name, inputSchema }: Described, given: unknown, looking: Looking): Promise<string> {
  const tool = tools.find((one) => editorName(one) === name);
  if (tool === undefined) throw new WrongInput('name', 'there is no such tool.');
  const input = given ?? {};
  mustFit(input, inputSchema);
  return JSON.stringify(await tool.run(looking, input));
}
