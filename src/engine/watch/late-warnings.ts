import { Emitter, type Disposable } from '../../core/emitter.ts';
import type { KnownWarning, Warning } from '../storage/warning-protocol.ts';
import type { Delivery } from '../outlets/delivery.ts';
import type { OutletPorts } from '../outlets/outlet-book.ts';
import type { Outlet } from '../storage/outlet-protocol.ts';
import type { KeyWatch, KeyWatchOptions } from './key-watch.ts';
import type { WarningFront, WarningWatch, WarningWatchOptions } from './warning-watch.ts';

export type LateWarningsOptions = Omit<WarningWatchOptions, 'front' | 'from'> & KeyWatchOptions & Pick<OutletPorts, 'secrets' | 'fetch'>;

/** The warnings, loaded once there is a front to show them and an account to warn about. */
export class LateWarnings implements Disposable {
  readonly #options: LateWarningsOptions;
  readonly #changed = new Emitter<undefined>();
  #watch: WarningWatch | undefined;
  #delivery: Delivery | undefined;
  #keys: KeyWatch | undefined;
  #accounts: Disposable | undefined;
  readonly #from: number;

  /** Fires when a warning begins, ends, or is acknowledged or snoozed, in any window, and when outlets change. */
  readonly onDidChange = this.#changed.on;

  constructor(options: LateWarningsOptions) {
    this.#options = options;
    this.#from = options.clock.now();
  }

  /** Sets the front that shows warnings. */
  attach(front: WarningFront): void {
    const { store, log } = this.#options;
    let isLoading = false;
    const load = (): void => {
      if (isLoading || store.all().length === 0) return;
      isLoading = true;
      Promise.all([import('./warning-watch.ts'), import('../outlets/delivery.ts'), import('./key-watch.ts')])
        .then(([part, outside, { KeyWatch }]) => {
          if (this.#accounts === undefined) return;
          this.#accounts.dispose();
          const watch = (this.#watch = new part.WarningWatch({ ...this.#options, from: this.#from, front }));
          const { localize } = front;
          this.#delivery = new outside.Delivery({ ...this.#options, silence: () => watch.silence, localize });
          for (const each of [watch, this.#delivery]) {
            each.onDidChange(() => {
              this.#changed.tell(undefined);
            });
            each.start();
          }
          this.#keys = new KeyWatch(this.#options);
        })
        .catch((error: unknown) => {
          // The next news of an account tries again.
          isLoading = false;
          log.warn(`warnings: ${String(error)}`);
        });
    };
    this.#accounts = store.onDidChange(load);
    load();
  }

  all(): readonly Warning[] {
    return this.#watch?.all() ?? [];
  }

  /** The outlets, as last known here. */
  outlets(): readonly Outlet[] {
    return this.#delivery?.outlets() ?? [];
  }

  noteFocus(): void {
    this.#watch?.noteFocus();
  }

  async acknowledge(which: readonly KnownWarning[]): Promise<void> {
    await this.#watch?.acknowledge(which);
  }

  async snooze(which: readonly KnownWarning[], until: number): Promise<void> {
    await this.#watch?.snooze(which, until);
  }

  dispose(): void {
    this.#accounts?.dispose();
    this.#accounts = undefined;
    this.#watch?.dispose();
    this.#delivery?.dispose();
    this.#keys?.dispose();
    this.#changed.dispose();
  }
}
