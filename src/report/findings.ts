/** The report of `why` in the format of `-o`: takes the findings one by one, keeps of each what the format shows, and prints when all are there. Pure. */
import { type Aggregator, aggregate, type Group, summaryOf } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import type { OutputFormat } from '../flags.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import { forReading } from './clean.ts';
import { diagnosisItem, diagnosisList, itemWithFacts, toJson, toYaml } from './json.ts';
import { prometheus } from './prometheus.ts';
import { renderFindings } from './text.ts';

/** What a comparison with an earlier answer adds to a report. */
export interface Besides {
  /** Called once with each finding. Out: the fields that its item gets. */
  item(finding: Finding): object;
  /** Whether text tells a finding; the others are counted. */
  isShown(finding: Finding): boolean;
  /** The fields that the list gets. */
  list(): object;
  /** What stands before the text. */
  head(width: number): string;
}

/** The format of a report. */
export interface ReportOptions {
  output: OutputFormat;
  /** JSON and YAML items hold the facts. */
  facts: boolean;
  color: boolean;
  /** Columns to fold at. */
  width: number;
  besides?: Besides | null;
}

/** A report that grows finding by finding. */
export interface Report {
  take(finding: Finding): void;
  /** All causes that were taken. */
  causes: ReadonlySet<CauseCode>;
  /** Findings that one repair ends, of all that were taken. */
  groups(): Group[];
  /** What the failing pods have in common. In: what finds it. */
  patterns(patternsOf: (findings: Aggregator) => string[]): string[];
  /** All pods of them, as `namespace/name`. */
  pods: ReadonlySet<string>;
  /** In: what the failing pods have in common, and what could not be seen. Out: the text to print; empty when there is no finding to print. */
  render(patternsOf: (findings: Aggregator) => string[], warnings: string[]): string;
}

/** In: the format and how to lay it out. Out: a report without findings. */
export function createReport({ output, facts, color, width, besides = null }: ReportOptions): Report {
  const wide = output === 'wide';
  const findings = aggregate(wide);
  const shown = besides === null ? findings : aggregate(wide);
  const isList = output === 'json' || output === 'yaml';
  const items: object[] = [];
  const itemOf = facts ? itemWithFacts : diagnosisItem;
  return {
    take(finding) {
      findings.add(finding);
      const more = besides?.item(finding);
      if (besides?.isShown(finding)) shown.add(finding);
      if (isList) items.push({ ...itemOf(finding), ...more });
    },
    causes: findings.causes,
    groups: findings.groups,
    patterns: patternsOf => patternsOf(findings),
    pods: findings.pods,
    render(patternsOf, warnings) {
      const groups = findings.groups();
      switch (output) {
        case 'json':
        case 'yaml': {
          const list = { ...diagnosisList(items, groups.map(summaryOf), patternsOf(findings), warnings), ...besides?.list() };
          return output === 'json' ? toJson(list) : toYaml(list);
        }
        case 'prometheus':
          return prometheus(groups);
        case 'name':
          return forReading(
            [...shown.pods].map(pod => pod.slice(pod.indexOf('/') + 1)).map(name => (name.includes('/') ? name : `pod/${name}`)),
          ).join('\n');
        default: {
          const told = shown.groups();
          const text = told.length === 0 ? '' : renderFindings(told, patternsOf(findings), { color, wide, width });
          return besides === null ? text : [besides.head(width), text].filter(Boolean).join('\n');
        }
      }
    },
  };
}
