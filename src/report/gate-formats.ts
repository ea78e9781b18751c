/** The reports for gates by the name of their format. Belongs here: the table. Pure. */
import type { GateFormat } from '../flags.ts';
import type { GateRun } from './gate.ts';
import { github } from './github.ts';
import { junit } from './junit.ts';
import { sarif } from './sarif.ts';

/** Each takes a run that is cleaned, and gives the text of its report. */
export const GATE_REPORTS: Readonly<Record<GateFormat, (run: GateRun) => string>> = { junit, sarif, github };
