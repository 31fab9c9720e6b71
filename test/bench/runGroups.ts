/* eslint-disable */
import { setTimeout as pause } from 'node:timers/promises';
import { Listr, type ListrTask } from 'listr2';
import type { BenchGroup, Figures } from './row';
import { summarise, type Summary } from './report/statistics';

/** The delay between the starts of parallel measurements, so that their create requests do not affect each other. */
const APART_MS = 2_000;

/** A group after its measurements: a summary per row id, or why the summary is missing. */
export type GroupResult = { group: BenchGroup; rows: Record<string, Summary> } | { group: BenchGroup; failure: string };

export function selectGroups(groups: BenchGroup[], only: string[]): BenchGroup[] {
	if (only.length === 0) return groups;
	const names = (group: BenchGroup): string =>
		[group.name, ...group.rows.flatMap(({ id, name }) => [id, name])].join('\n').toLowerCase();
	return groups.filter((group) => only.some((text) => names(group).includes(text)));
}

/** How long the groups will take, one after the other. */
export function estimateSeconds(groups: BenchGroup[], runs: number): number {
	return groups.reduce(
		(sum, { seconds, sideBySide = 1, runsAtMost = runs }) =>
			sum + seconds * Math.ceil(Math.min(runs, runsAtMost) / sideBySide),
		0,
	);
}

/** Measures one group after another. If a group fails, the others are still measured. */
export async function runGroups(groups: BenchGroup[], runs: number): Promise<GroupResult[]> {
	const results: GroupResult[] = [];
	const tasks = groups.map(
		(group): ListrTask => ({
			title: group.name,
			task: async (_context, task) => {
				const report = (line: string): void => void (task.output = line);
				try {
					const measurements = await measureGroup(group, Math.min(runs, group.runsAtMost ?? runs), report);
					results.push({
						group,
						rows: Object.fromEntries(group.rows.map((row) => [row.id, summarise(row, measurements)])),
					});
				} catch (error) {
					const failure = error instanceof Error ? error.message : String(error);
					results.push({ group, failure });
					throw new Error(`${group.name}: ${failure}`);
				}
			},
		}),
	);
	await new Listr(tasks, {
		exitOnError: false,
		rendererOptions: { showTimer: true, collapseErrors: false },
	} as never).run();
	return results;
}

async function measureGroup(group: BenchGroup, runs: number, report: (line: string) => void): Promise<Figures[]> {
	try {
		await group.open?.({ report });
		const figures: Figures[] = [];
		const seeds = Array.from({ length: runs }, (_, index) => index + 1);
		const lane = async (number: number): Promise<void> => {
			await pause(number * APART_MS);
			for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
				const start = `measurement ${seed} of ${runs}`;
				figures.push(await group.measure({ seed, report: (line) => report(`${start}: ${line}`) }));
			}
		};
		const lanes = Array.from(
			{ length: Math.min(runs, group.sideBySide ?? 1) },
			async (_, number) => await lane(number),
		);
		const ends = await Promise.allSettled(lanes);
		const failed = ends.find((end) => end.status === 'rejected');
		if (failed) throw failed.reason;
		return figures;
	} finally {
		await group.close?.();
	}
}
