/** Every command of the extension; a check compares this list with the manifest. */
export const commandIds = {
  addAccount: 'ltvGauge.addAccount',
  updateKeys: 'ltvGauge.updateKeys',
  renameAccount: 'ltvGauge.renameAccount',
  removeAccount: 'ltvGauge.removeAccount',
  testConnection: 'ltvGauge.testConnection',
  trySimulated: 'ltvGauge.trySimulated',
  movePrice: 'ltvGauge.movePrice',
  refresh: 'ltvGauge.refresh',
  openGauges: 'ltvGauge.openGauges',
  addCollateral: 'ltvGauge.addCollateral',
  reduceCollateral: 'ltvGauge.reduceCollateral',
  addMargin: 'ltvGauge.addMargin',
  reduceMargin: 'ltvGauge.reduceMargin',
  bringLtvToTarget: 'ltvGauge.bringLtvToTarget',
  bringLiquidationToTarget: 'ltvGauge.bringLiquidationToTarget',
  maximumLoan: 'ltvGauge.maximumLoan',
  setThresholds: 'ltvGauge.setThresholds',
  resolveWrite: 'ltvGauge.resolveWrite',
  undoAdd: 'ltvGauge.undoAdd',
  armWriting: 'ltvGauge.armWriting',
  disarmWriting: 'ltvGauge.disarmWriting',
  openActivity: 'ltvGauge.openActivity',
  exportActivity: 'ltvGauge.exportActivity',
  verifyLedger: 'ltvGauge.verifyLedger',
  loadMore: 'ltvGauge.loadMore',
  copyValue: 'ltvGauge.copyValue',
  showLog: 'ltvGauge.showLog',
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** What a menu or the page hands to a command; from the palette there is none and the command asks. */
export interface Target {
  readonly accountId: string;
  readonly loanId?: string;
  readonly positionId?: string;
  /** A coin that was named already, for commands that would ask for one. */
  readonly coin?: string;
  /** A change in the journal. */
  readonly writeId?: string;
}
