/* eslint-disable */
// A gateway that takes so many tasks at a time and does not say how many: it answers 429 to the next one.
import { withLane } from '../lane';
import type { BenchGroup, Figures } from '../row';
import { optimumMs } from './listSchedule';
import { warmUp } from './warmUp';

const LIMITS = [2, 4, 16, 64];
const ITEMS = 64;
/** Short, so that the smallest limit stays measurable; what is lost per task weighs the more. */
const TASK_MS: [number, number] = [1_000, 3_000];

function limits(retryAfter: 'seconds' | null): BenchGroup {
	const form = retryAfter ? 'with Retry-After' : 'without Retry-After';
	const id = (limit: number, figure: string): string => `limit.${limit}.${retryAfter ? 'told' : 'untold'}.${figure}`;
	const load = (limit: number): string => `64 items, tasks of 1-3 s, unknown limit ${limit}, 429 ${form}`;
	return {
		name: `unknown gateway limit, 429 ${form}`,
		rows: LIMITS.flatMap((limit) => [
			{ id: id(limit, 'makespan'), name: `${load(limit)}: makespan / optimum`, unit: 'x', digits: 3, target: { atMost: 1.08 } },
			{ id: id(limit, 'refused'), name: `${load(limit)}: creates answered 429`, unit: '%', digits: 1, target: { atMost: 8 } },
		]),
		seconds: 125,
		sideBySide: 5,
		measure: async ({ seed, report }) =>
			await withLane(async (lane) => {
				await warmUp(lane, 'node');
				const figures: Figures = {};
				for (const limit of LIMITS) {
					report(`limit ${limit}`);
					const ours = await lane.run({ seed, taskMs: TASK_MS, tasksAtOnce: limit, retryAfter }, { client: 'node', items: ITEMS });
					figures[id(limit, 'makespan')] = ours.makespanMs / optimumMs(ours.durationsMs, limit);
					figures[id(limit, 'refused')] = 100 * ours.refused;
				}
				return figures;
			}),
	};
}

export const unknownLimits = [limits('seconds'), limits(null)];
