/* eslint-disable */
import { parseArgs } from 'node:util';
import { ASPECT_RATIOS } from '../../nodes/NanoBanana/models';
import type { ApiFormat } from '../../nodes/NanoBanana/types';

/** The arguments of the command line. A missing model or ratio is the one of the example workflow. */
export interface DemoArguments {
	prompt: string;
	/** The image to edit; without it, a new image is generated. */
	edit?: string;
	n: number;
	model?: string;
	ratio?: string;
	format: ApiFormat;
}

/** Enough for a demo, because a provider charges each image. */
const MOST_IMAGES = 10;
const FORMATS = ['asyncTask', 'openAi', 'gemini'] as const;

export const USAGE = `Usage: npm run demo -- [options] "prompt"
  --edit <file>    edit this image (PNG, JPEG, WebP, GIF) instead of generating one
  --n <number>     how many images, 1 to ${MOST_IMAGES} (default: 1)
  --model <id>     another model (default: NanoBanana2-1K)
  --ratio <w:h>    ${ASPECT_RATIOS.join(', ')}
  --format <name>  ${FORMATS.join(', ')} (default: ${FORMATS[0]})
  --help           this text

Runs a workflow of examples/ in the n8n engine against a mock API, which costs nothing.
To use your provider's API (charged), set NANOBANANA_BASE_URL and NANOBANANA_API_KEY.
The images are written to out/.`;

/** Null if help is requested. @throws an error that explains what is wrong with the arguments */
export function readArguments(args: string[]): DemoArguments | null {
	const text = { type: 'string' } as const;
	const { values, positionals } = parseArgs({
		args,
		allowPositionals: true,
		options: { edit: text, n: text, model: text, ratio: text, format: text, help: { type: 'boolean', short: 'h' } },
	});
	if (values.help === true) return null;
	return {
		prompt: readPrompt(positionals),
		...(values.edit !== undefined && { edit: readText('--edit', values.edit, 'a file') }),
		n: readNumber(values.n ?? '1'),
		...(values.model !== undefined && { model: readModel(values.model) }),
		...(values.ratio !== undefined && { ratio: readChoice('--ratio', values.ratio, ASPECT_RATIOS) }),
		format: readChoice('--format', values.format ?? FORMATS[0], FORMATS),
	};
}

function readPrompt(words: string[]): string {
	if (words.length > 1) throw new Error(`The prompt must be in quotes: there are ${words.length} separate words`);
	if (words.length === 0 || words[0].trim() === '')
		throw new Error('The prompt is missing: npm run demo -- "A small red cube" (--help shows the options)');
	return words[0];
}

function readText(name: string, written: string, what: string): string {
	if (written.trim() === '') throw new Error(`${name} must be ${what}, and is empty`);
	return written;
}

function readNumber(written: string): number {
	const value = Number(written);
	if (/^\d+$/.test(written) && value >= 1 && value <= MOST_IMAGES) return value;
	throw new Error(`--n must be a whole number from 1 to ${MOST_IMAGES}, not "${written}"`);
}

// A value that starts with "=" would be an expression in n8n.
function readModel(written: string): string {
	if (/^[^\s=]\S*$/.test(written)) return written;
	throw new Error(`--model must be a model ID without spaces, such as NanoBanana2-1K, not "${written}"`);
}

function readChoice<T extends string>(name: string, written: string, choices: readonly T[]): T {
	const choice = choices.find((known) => known === written);
	if (choice !== undefined) return choice;
	throw new Error(`${name} must be one of ${choices.join(', ')}, not "${written}"`);
}
