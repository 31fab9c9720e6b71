import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { normalizeBaseUrl } from '../credential';
import { firstText, list, own } from '../lib/json';
import { CATALOGUE, findModel } from '../models';

const LIST_TIMEOUT_MS = 10_000;
const NANO = /nano[-_ ]?banana|gemini-[\w.]+.*image/i;
const OTHER_IMAGE = /image|imagen|dall-e|flux|seedream|qwen-image|midjourney|stable-diffusion/i;

/**
 * The models of the picker: what GET /v1/models offers this key, the Nano family first, or the known
 * catalogue where the gateway has no such list. Never throws: the form must open without a gateway.
 */
export async function searchModels(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const offered = await offeredIds(this).catch(() => []);
	const images = offered.filter((id) => NANO.test(id) || OTHER_IMAGE.test(id));
	const ids = images.length > 0 ? images : CATALOGUE.map((model) => model.id);
	const wanted = (filter ?? '').toLowerCase().split(/\s+/);
	const entries = [...new Set(ids)]
		.sort((left, right) => rank(left) - rank(right) || left.localeCompare(right, 'en', { numeric: true }))
		.map(entryOf)
		.filter((entry) => wanted.every((word) => entry.name.toLowerCase().includes(word)));
	return { results: entries };
}

/** Ids of the account's models in OpenAI's list shape; Gemini-style lists name them `models/…`. */
async function offeredIds(ctx: ILoadOptionsFunctions): Promise<string[]> {
	const { baseUrl } = await ctx.getCredentials<{ baseUrl: string }>('nanoBananaApi');
	const body: unknown = await ctx.helpers.httpRequestWithAuthentication.call(ctx, 'nanoBananaApi', {
		method: 'GET',
		url: `${normalizeBaseUrl(baseUrl)}/v1/models`,
		json: true,
		disableFollowRedirect: true,
		timeout: LIST_TIMEOUT_MS,
	});
	const rows = [...list(own(body, 'data')), ...list(own(body, 'models'))];
	return rows.map((row) => firstText(row, 'id', 'name')?.replace(/^models\//, '')).filter((id) => id !== undefined);
}

/** Known models in the catalogue's order, then the rest of the family, then other image models. */
function rank(id: string): number {
	const position = CATALOGUE.findIndex((model) => model.id === id);
	if (position >= 0) return position;
	return NANO.test(id) ? CATALOGUE.length : CATALOGUE.length + 1;
}

function entryOf(id: string): INodeListSearchItems {
	const label = findModel(id)?.label;
	return { name: label && label !== id ? `${label} – ${id}` : id, value: id };
}
