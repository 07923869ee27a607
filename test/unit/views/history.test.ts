// What the section of histories is answered, with the real tables behind it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { decimal } from '../../../src/core/decimal.ts';
import type { HistoryPage, HistoryTable, HistoryView, ToPage } from '../../../src/core/protocol.ts';
import { withFigures } from '../../../src/engine/history/figures.ts';
import { Refusal } from '../../../src/engine/ledger/refusal.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import type { VenueRow } from '../../../src/engine/storage/history-protocol.ts';
import { StateTrouble } from '../../../src/engine/storage/shared-state.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import type { StateAsked } from '../../../src/engine/storage/state-protocol.ts';
import { msg } from '../../../src/core/message.ts';
import { loanKey, positionKey } from '../../../src/views/gauge-frame.ts';
import { HistoryDesk, type DeskOptions } from '../../../src/views/history.ts';
import { memoryFolder } from '../../memory-folder.ts';
import { changeName, onLoan, says } from '../../texts.ts';
import { addRecord } from '../words/records.ts';
import { aScene, say } from './gauge-scenes.ts';
import { account, loan, position, snapshot, state } from './samples.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.UTC(2026, 10, 30, 12, 34);
