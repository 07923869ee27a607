import type { TemplateResult } from 'lit-html';
import type { FromPage, PageState, SectionId, ToPage } from '../core/protocol.ts';

/**
 * A section below the overview that only some people open: its script is loaded when it is opened first. To add one:
 * 1. protocol.ts: its `SectionId`, what it says in `FromPage`, what it is told in `ToPage` (or in `PageState`, which every section is given).
 * 2. `<id>-section.ts` here exports `style` (of `<id>.css`) and `open`, as `Door` has it; main.ts names it among its doors. What it draws may
 *    stand in a file without DOM beside it, for unit tests. Names of the main script cost nothing when imported, and neither does lit-html.
 * 3. views/gauges.ts lists it in `PageState.sections` with its heading as long as there is something to show.
 * 4. views/gauge-page.ts checks what it says, vscode/gauge-panel.ts answers.
 * esbuild makes a script of its own of it and of what it imports alone, and the package's gate weighs it.
 */
export interface Section {
  /**
   * What stands in it while it is open. Called for every state, after everything it is told, and on `redraw`; lit changes only what differs, so that
   * an unchanged part costs little; `guard` makes it cost nothing.
   * @param order the keys of all lines in the order of the overview
   */
  readonly draw: (state: PageState, order: readonly string[]) => TemplateResult;
  /** Everything that the extension says, while the section is loaded; drawn afterwards. */
  readonly hear?: (message: ToPage) => void;
  /** It was closed, or opened again. */
  readonly opened?: (isOpen: boolean) => void;
}

/** What the page does for a section. */
export interface Tools {
  readonly send: (message: FromPage) => void;
  readonly redraw: () => void;
  /** What the section kept when it was last shown in this panel; nothing may be taken for granted about it. Never a figure of an account. */
  readonly kept: unknown;
  readonly keep: (what: unknown) => void;
  /** Says it to a screen reader. */
  readonly speak: (text: string) => void;
}

/** What the script of a section exports. */
export interface Door {
  /** Adopted as a sheet of its own: the policy of the page allows no style in elements. */
  readonly style: string;
  /** Called once, when the section is opened first or restored open. */
  readonly open: (tools: Tools) => Section;
}

export type Doors = Readonly<Record<SectionId, () => Promise<Door>>>;
