/* eslint-disable */
import type { Call } from '../call';
import type { RouteName } from '../types';

export const FAULT_NAMES = [
	'resetBefore',
	'resetAfter',
	'slowHeaders',
	'slowBody',
	'truncated',
	'completeThenReset',
	'stalledBody',
	'status408',
	'status425',
	'status429',
	'status429Balance',
	'status500',
	'status502Html',
	'status503',
	'status503Accepted',
	'status504Html',
	'status524Html',
	'lateVisibility',
	'backwards',
	'unknownStatus',
	'failedTask',
	'fewerImages',
	'expiredFile',
	'redirectForeign',
	'wrongContentType',
	'htmlFile',
	'svgFile',
	'endlessBody',
	'gzipBomb',
	'wrongContentLength',
	'hugeJson',
	'emptyBody',
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];

/** When and how calls of a route fail. Without a count, the rule fires on every call. */
export interface FaultRule {
	route: RouteName;
	fault: FaultName;
	/** Chance to fire on a call that is due, 0..1. */
	probability?: number;
	/** Fires at most this often. */
	times?: number;
	/** Fires only on every nth call. */
	every?: number;
	/** Lets this many calls pass first. */
	after?: number;
	/** Length of the delay of slowHeaders, slowBody and lateVisibility. */
	ms?: number;
	/** Form of Retry-After on status429. By default, the form in the settings. */
	retryAfter?: 'none' | 'seconds' | 'date';
	/** Status of expiredFile. By default, 403, 404, or 410 at random. */
	status?: number;
}

export interface FaultUse {
	seen: number;
	fired: number;
}

/** The first rule that is due on this call. */
export function pickFault(call: Call): FaultRule | null {
	const due = call.mock.settings.faults.filter((rule) => rule.route === call.route && isDue(call, rule));
	if (due.length === 0) return null;
	const [rule] = due;
	useOf(call, rule).fired += 1;
	call.entry.fault = rule.fault;
	return rule;
}

function isDue(call: Call, rule: FaultRule): boolean {
	if (!isPossible(call, rule)) return false;
	const use = useOf(call, rule);
	use.seen += 1;
	const counted = use.seen - (rule.after ?? 0);
	if (counted <= 0 || counted % (rule.every ?? 1) !== 0) return false;
	if (use.fired >= (rule.times ?? Infinity)) return false;
	return rule.probability === undefined || call.mock.random.faults.next() < rule.probability;
}

// Some faults need an earlier state: a task can only go backwards after it has moved forwards.
function isPossible({ mock, params }: Call, rule: FaultRule): boolean {
	if (rule.fault === 'backwards') {
		const task = mock.tasks.find(({ taskId }) => taskId === params.taskId);
		return task !== undefined && task.reported > 0;
	}
	if (rule.fault === 'expiredFile') return mock.files.get(params.name)?.expiredStatus === null;
	return true;
}

function useOf({ mock }: Call, rule: FaultRule): FaultUse {
	const use = mock.faultUse.get(rule) ?? { seen: 0, fired: 0 };
	mock.faultUse.set(rule, use);
	return use;
}
