/* eslint-disable */
import { apimart, evolink, outputs, toapis, zmodel } from './otherDialects';
import { dataString, flat, forkResult, openAiTask, seed, sub2api, taskDto } from './newApiDialects';
import type { MockResponse, TaskView } from '../types';

/** How one API represents a task: New API (an open-source proxy for model APIs), a fork of it, or a similar API. */
export interface DialectWriter {
	create(view: TaskView): MockResponse;
	query(view: TaskView): MockResponse;
}

/** New API and its forks first, then similar APIs. */
export const DIALECTS = {
	seed,
	newapiFlat: flat,
	sub2api,
	dataString,
	taskDto,
	forkResult,
	openAiTask,
	dataArray: apimart,
	evolink,
	zmodel,
	outputs,
	toapis,
} satisfies Record<string, DialectWriter>;

export type Dialect = keyof typeof DIALECTS;

export const DIALECT_NAMES = Object.keys(DIALECTS) as Dialect[];
