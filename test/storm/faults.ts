/* eslint-disable */
import type { FaultRule, RouteName } from '../mock-api';

const OFTEN = 0.05;
const SELDOM = 0.02;
const ONCE = 0.004;

const BROKEN = [
	'resetBefore',
	'resetAfter',
	'truncated',
	'completeThenReset',
	'emptyBody',
	'wrongContentType',
	'wrongContentLength',
	'slowHeaders',
	'slowBody',
] as const;
const REFUSED = [
	'status408',
	'status425',
	'status429',
	'status500',
	'status502Html',
	'status503',
	'status504Html',
	'status524Html',
	'status503Accepted',
] as const;
const PAID = ['createTask', 'generations', 'generateContent'] as const;

function rules(route: RouteName, faults: ReadonlyArray<FaultRule['fault']>, probability: number): FaultRule[] {
	return faults.map((fault) => ({ route, fault, probability, ms: 60 }));
}

/** Everything that can go wrong, on every endpoint. */
export const ALL_FAULTS: FaultRule[] = [
	...PAID.flatMap((route) => rules(route, [...BROKEN, ...REFUSED, 'fewerImages', 'redirectForeign'], SELDOM)),
	...rules('createTask', ['lateVisibility', 'failedTask'], OFTEN),
	...PAID.flatMap((route) => rules(route, ['status429Balance', 'endlessBody', 'hugeJson'], ONCE)),
	...rules('getTask', [...BROKEN, ...REFUSED, 'backwards', 'unknownStatus'], SELDOM),
	...rules('getTask', ['redirectForeign', 'failedTask', 'gzipBomb', 'endlessBody', 'hugeJson'], ONCE),
	...rules('file', [...BROKEN, ...REFUSED, 'htmlFile', 'svgFile', 'redirectForeign'], SELDOM),
	...rules('file', ['expiredFile', 'stalledBody'], OFTEN),
	...rules('file', ['gzipBomb', 'endlessBody', 'hugeJson'], ONCE),
];

/**
 * For an API that honors keys. An account without credit is left out: that rejection is final, so an unclear request
 * stays unclear, which is correct.
 */
export const KEY_FAULTS = ALL_FAULTS.filter(({ fault }) => fault !== 'status429Balance');
