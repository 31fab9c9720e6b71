import { simpleName } from '../../lib/json';

/** Names of places in a body, in lower case without separators (`byName`). */

/** Where results stand, surest first. */
export const RESULT_LISTS = [
	'resulturls',
	'results',
	'outputs',
	'output',
	'result',
	'data',
	'resultjson',
	'response',
	'taskresult',
	'generatedimages',
	'outputimages',
	'outputurls',
	'resultimages',
	'imageresults',
	'artifacts',
	'imagelist',
	'generations',
	'creations',
	'predictions',
	'samples',
	'files',
];
export const RESULT_SINGLES = [
	'resulturl',
	'resultimageurl',
	'resultimage',
	'imageresult',
	'outputurl',
	'outputimageurl',
	'outputimage',
	'generatedimageurl',
	'generatedimage',
	'downloadurl',
	'fileurl',
	'sample',
	'url',
	'b64json',
	'base64',
	'b64',
	'bytesbase64encoded',
	'uri',
	'signedurl',
];
/** These may also echo the references that went in, so they count only when nothing surer is there. */
export const LATE_PLACES = [
	'images',
	'imageurls',
	'urls',
	'imageurl',
	'image',
	'imagebase64',
	'imagedata',
	'candidates',
	'choices',
];
/** Places that hold pictures only below these: a task may carry the raw answer of its upstream. */
export const BELOW = new Map([
	['candidates', ['content']],
	['content', ['parts', 'inlinedata', 'filedata']],
	['parts', ['inlinedata', 'filedata']],
	['filedata', ['fileuri']],
	['choices', ['message']],
	['message', ['content']],
]);
/** The raw answer of an upstream repeats no request. */
export const NEVER_ECHOES = ['candidates', 'choices', ...BELOW.values()].flat();
/** Under these names any base64 counts; elsewhere text has to look like a picture. */
export const BASE64_PLACES = ['b64json', 'base64', 'b64', 'imagebase64', 'imagedata', 'bytesbase64encoded'];
/** As likely the address of a page as that of a picture. */
const WEAK_PLACES = ['src', 'url', 'uri', 'urls', 'urllist', 'assets', 'downloadlink', 'contenturl', 'fileuri'];

/** Only within a place for results, or with the ending of an image, more than the address of a page. */
const LINKS = ['link', 'links', 'href'];

export type Sort = 'result' | 'weak' | 'link' | 'preview' | 'echo' | 'other';

/** Beginnings of words. The original of an edit went in; that of a thumbnail came out. */
const PREVIEW = /^(thumb|preview|poster|small|placeholder|lowres|original|upload)/;
const ECHO =
	/^(input.*|req|request.*|param.*|prompt.*|refs?|ref(er|im|ur).*|source.*|init.*|mask.*|propert.*|options?|settings?|config.*|error.*|fail.*|reason|avatar.*|icon.*|logo.*|user.*|author|owner|webhook.*|callback.*|docs?|help|terms|examples?)$/;
/** What belongs to the request, to other tasks or to the gateway's own page, and is never what was made. */
const SURROUNDINGS =
	/^(models?|channels?|providers?|creators?|created|by|workspaces?|teams?|history|histories|recents?|parents?|origin|watermarks?|qr|qrcodes?|banners?|covers?|styles?|controls?|controlnet|base|faces?|products?|subjects?|captions?|messages?|payload|body|args?|arguments|templates?|samples?|console|dashboard)$/;

/** What a property's name says of an address in it. */
export function sortOf(key: string): Sort {
	if (key.length > 100) return 'other';
	const name = simpleName(key).replace(/\d{1,3}$/, '');
	const isResult = RESULT_LISTS.includes(name) || RESULT_SINGLES.includes(name) || LATE_PLACES.includes(name);
	const words = key
		.replace(/base64/i, '')
		.replace(/([a-z\d])([A-Z])/g, '$1_$2')
		.toLowerCase()
		.split(/[^a-z]+/);
	if (words.some((word) => ECHO.test(word)) || (!isResult && words.some((word) => SURROUNDINGS.test(word))))
		return 'echo';
	if (words.some((word) => PREVIEW.test(word))) return 'preview';
	if (LINKS.includes(name)) return 'link';
	if (WEAK_PLACES.includes(name)) return 'weak';
	return isResult ? 'result' : 'other';
}

/** `image_2` as `image`; undefined where a name has no number at its end. */
export function stemOf(name: string): string | undefined {
	return /^([a-z]{0,40}?)\d{1,3}$/.exec(name)?.[1];
}
