/* eslint-disable */
import { parseArgs } from 'node:util';
import { DIALECT_NAMES } from './dialects';
import type { MockApiSettings } from '.';

export const USAGE = `Usage: npm run mock-api -- [options]
  --port <n>          port of the API (default: any free one)
  --task-ms <a-b>     how long a task takes, in milliseconds (default: 1500-4000)
  --progress <form>   linear, coarse or none (default: linear)
  --dialect <name>    ${DIALECT_NAMES.join(', ')} (default: seed)
  --limit <n>         unfinished tasks before 429 (default: no limit)
  --help              this text`;

const PROGRESS_FORMS = ['linear', 'coarse', 'none'] as const;

/** Reads the settings from the command line; null if it asks for help. Throws an error with a one-line message. */
export function readArguments(args: string[]): Partial<MockApiSettings> | null {
	const text = { type: 'string' } as const;
	const { values } = parseArgs({
		args,
		options: { port: text, 'task-ms': text, progress: text, dialect: text, limit: text, help: { type: 'boolean' } },
	});
	if (values.help === true) return null;
	return {
		port: readNumber('--port', values.port ?? '0', 0, 65_535),
		taskMs: readRange(values['task-ms'] ?? '1500-4000'),
		progress: readChoice('--progress', values.progress ?? 'linear', PROGRESS_FORMS),
		dialect: readChoice('--dialect', values.dialect ?? 'seed', DIALECT_NAMES),
		tasksAtOnce: values.limit === undefined ? Infinity : readNumber('--limit', values.limit, 1, 1_000_000),
	};
}

function readNumber(name: string, written: string, least: number, most: number): number {
	const value = Number(written);
	if (/^\d+$/.test(written) && value >= least && value <= most) return value;
	throw new Error(`${name} must be a whole number from ${least} to ${most}, not "${written}"`);
}

function readRange(written: string): [number, number] {
	const [, shortest, longest = shortest] = /^(\d+)(?:-(\d+))?$/.exec(written) ?? [];
	if (shortest !== undefined && Number(shortest) <= Number(longest)) return [Number(shortest), Number(longest)];
	throw new Error(`--task-ms must be a duration or a range like 1500-4000, not "${written}"`);
}

function readChoice<T extends string>(name: string, written: string, choices: readonly T[]): T {
	const choice = choices.find((known) => known === written);
	if (choice !== undefined) return choice;
	throw new Error(`${name} must be one of ${choices.join(', ')}, not "${written}"`);
}
