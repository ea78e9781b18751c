/** The shape of a fault, as the table of candidates names it: every field that is given has to hold. Pure. */

import type { FaultDetails, HostRole, Statement, Step } from '../model/fault.ts';
import { type Fault, type FaultKind, isAuthenticationFault, isNetworkFault } from '../model/fault.ts';
import type { Context } from './context.ts';

type OneOrMore<T> = T | readonly T[];

/** Details by value; `true` asks only that the detail is told. `certificate` is compared by its problem. */
type DetailsShape = {
  [K in Exclude<keyof FaultDetails, 'certificate'>]?: true | OneOrMore<NonNullable<FaultDetails[K]>>;
} & { certificate?: OneOrMore<NonNullable<FaultDetails['certificate']>['problem']> };

export interface FaultShape {
  kind?: OneOrMore<FaultKind>;
  /** A family of kinds: network and TLS errors, or refusals that authentication could change. */
  family?: 'network' | 'authentication';
  role?: OneOrMore<HostRole>;
  step?: OneOrMore<Step>;
  /** HTTP statuses, each a number or a range from … to. */
  status?: OneOrMore<number | { from: number; to: number }>;
  code?: OneOrMore<string>;
  /** At least one of them is stated. */
  states?: OneOrMore<Statement>;
  seenBy?: Fault['seenBy'];
  speaker?: OneOrMore<NonNullable<Fault['speaker']>>;
  method?: string;
  details?: DetailsShape;
  /** What else has to hold of the fault and the facts. */
  where?(fault: Fault, context: Context): boolean;
}

const among = <T>(wanted: OneOrMore<T>, value: T | null | undefined): boolean =>
  Array.isArray(wanted) ? wanted.includes(value) : wanted === value;

const isStatus = (wanted: NonNullable<FaultShape['status']>, status: number | null): boolean =>
  status !== null &&
  [wanted].flat().some(range => (typeof range === 'number' ? range === status : status >= range.from && status <= range.to));

const hasDetails = (wanted: DetailsShape, details: FaultDetails): boolean =>
  Object.entries(wanted).every(([name, value]) => {
    const told = name === 'certificate' ? details.certificate?.problem : details[name as keyof FaultDetails];
    return value === true ? told !== undefined && told !== false : among(value as OneOrMore<unknown>, told);
  });

/** Whether a fault has a shape. */
export const hasShape = (shape: FaultShape, fault: Fault, context: Context): boolean =>
  (shape.kind === undefined || among(shape.kind, fault.kind)) &&
  (shape.family === undefined || (shape.family === 'network' ? isNetworkFault(fault) : isAuthenticationFault(fault))) &&
  (shape.role === undefined || among(shape.role, fault.role)) &&
  (shape.step === undefined || among(shape.step, fault.step)) &&
  (shape.status === undefined || isStatus(shape.status, fault.status)) &&
  (shape.code === undefined || among(shape.code, fault.code)) &&
  (shape.states === undefined || [shape.states].flat().some(statement => fault.statements.includes(statement))) &&
  (shape.seenBy === undefined || shape.seenBy === fault.seenBy) &&
  (shape.speaker === undefined || among(shape.speaker, fault.speaker)) &&
  (shape.method === undefined || shape.method === fault.method) &&
  (shape.details === undefined || hasDetails(shape.details, fault.details)) &&
  (shape.where === undefined || shape.where(fault, context));
