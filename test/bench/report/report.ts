/* eslint-disable */
// docs/bench.json: the latest measurement of each group.
import { existsSync, readFileSync } from 'node:fs';
import type { Machine } from './machine';
import type { BenchGroup, Row } from '../row';
import type { GroupResult } from '../runGroups';
import { isReached, shareOf, type Summary } from './statistics';

export interface ReportedRow extends Row, Partial<Summary> {
	isReached?: boolean;
	/** The median as a share of what the target allows. */
	share?: number;
}

export interface ReportedGroup {
	name: string;
	/** Day of the measurement. */
	date: string;
	/** Why there are no figures. */
	failure?: string;
	rows: ReportedRow[];
}

export interface Report {
	machine: Machine;
	command: string;
	groups: ReportedGroup[];
}

export function reportGroup(result: GroupResult, date: string): ReportedGroup {
	const { group } = result;
	if ('failure' in result) return { name: group.name, date, failure: result.failure, rows: group.rows };
	const rows = group.rows.map((row): ReportedRow => {
		const summary = result.rows[row.id];
		return {
			...row,
			...summary,
			...(row.target && { isReached: isReached(row, summary), share: shareOf(row.target, summary.median) }),
		};
	});
	return { name: group.name, date, rows };
}

/**
 * The new groups in the order of the program. A group that was not measured this time or that failed keeps its earlier
 * figures, if they are from the same machine and the program still has the group.
 */
export function mergeReport(earlier: Report | undefined, fresh: Report, all: BenchGroup[]): Report {
	const isSame = JSON.stringify(earlier?.machine) === JSON.stringify(fresh.machine);
	const old = isSame ? (earlier?.groups ?? []) : [];
	const groups = all.flatMap(({ name }) => {
		const now = fresh.groups.find((group) => group.name === name);
		const before = old.find((group) => group.name === name);
		return (now?.failure === undefined ? (now ?? before) : (before ?? now)) ?? [];
	});
	return { ...fresh, groups };
}

export function readReport(path: string): Report | undefined {
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined;
}
