/* eslint-disable */
// An API that accepts a limited number of tasks at a time and does not report the limit: the next task gets a 429.
import { withLane } from '../lane';
import type { BenchGroup, Figures } from '../row';
import { optimumMs } from './listSchedule';
import { warmUp } from './warmUp';

const ITEMS = 64;

interface Limit {
	places: number;
	/** In seconds. Shorter for a small limit, so that the run is not too long. The time lost per task matters more. */
	tasks: [shortest: number, longest: number];
}
const SMALL: Limit[] = [
	{ places: 2, tasks: [1, 3] },
	{ places: 4, tasks: [1, 3] },
];
const LARGE: Limit[] = [
	{ places: 16, tasks: [2, 6] },
	{ places: 64, tasks: [4, 12] },
];

function limits(
	retryAfter: 'seconds' | null,
	sizes: Limit[],
	more: Pick<BenchGroup, 'seconds' | 'sideBySide'>,
): BenchGroup {
	const form = retryAfter ? 'with Retry-After' : 'without Retry-After';
	const id = ({ places }: Limit, figure: string): string =>
		`limit.${places}.${retryAfter ? 'told' : 'untold'}.${figure}`;
	const load = ({ places, tasks }: Limit): string =>
		`64 items, tasks of ${tasks.join('-')} s, unknown limit ${places}, 429 ${form}`;
	return {
		name: `unknown API limit ${sizes.map(({ places }) => places).join(', ')}, 429 ${form}`,
		rows: sizes.flatMap((size) => [
			{
				id: id(size, 'makespan'),
				name: `${load(size)}: time for the whole run / optimum`,
				unit: 'x',
				digits: 3,
				target: { atMost: 1.08 },
			},
			{
				id: id(size, 'rejected'),
				name: `${load(size)}: create requests with 429`,
				unit: '%',
				digits: 1,
				target: { atMost: 8 },
			},
		]),
		...more,
		measure: async ({ seed, report }) =>
			await withLane(async (lane) => {
				await warmUp(lane, 'node');
				const figures: Figures = {};
				for (const size of sizes) {
					const {
						places,
						tasks: [shortest, longest],
					} = size;
					report(`limit ${places}`);
					const load = {
						seed,
						taskMs: [1_000 * shortest, 1_000 * longest] as [number, number],
						tasksAtOnce: places,
						retryAfter,
					};
					const ours = await lane.run(load, { client: 'node', items: ITEMS });
					figures[id(size, 'makespan')] = ours.makespanMs / optimumMs(ours.durationsMs, places);
					figures[id(size, 'rejected')] = 100 * ours.rejected;
				}
				return figures;
			}),
	};
}

export const unknownLimits = (['seconds', null] as const).flatMap((retryAfter) => [
	limits(retryAfter, SMALL, { seconds: 110, sideBySide: 5 }),
	// Not in parallel: many images in a short time need the processor.
	limits(retryAfter, LARGE, { seconds: 36 }),
]);
