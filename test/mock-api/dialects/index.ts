/* eslint-disable */
import { apimart, evolink, outputs, toapis, zmodel } from './otherDialects';
import { dataString, flat, forkResult, openAiTask, seed, sub2api, taskDto } from './newApiDialects';
import type { Answer, TaskView } from '../types';

/** How one gateway of the family, or one that looks like it, writes a task down. */
export interface DialectWriter {
	create(view: TaskView): Answer;
	query(view: TaskView): Answer;
}

/** The New API gateway and its forks first, then gateways that only share the idea. */
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
