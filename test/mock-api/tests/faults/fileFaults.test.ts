/* eslint-disable */
import { createHash } from 'node:crypto';
import { startMockApi, type FaultRule, type MockApi } from '../..';
import { download, finishedTask, query, seedTask, until, type SeedTask } from '../taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

describe('faults of the result files', () => {
	let mockApi: MockApi;
	let task: SeedTask;
	const use = (rule: Omit<FaultRule, 'route'>): void => mockApi.set({ faults: [{ route: 'file', ...rule }] });

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0 });
	});
	beforeEach(async () => {
		mockApi.reset();
		task = await finishedTask(mockApi);
	});
	afterAll(async () => await mockApi.stop());

	it.each(['truncated', 'wrongContentLength'] as const)('%s announces more bytes than arrive', async (fault) => {
		const whole = await download(task.result_url);
		use({ fault });
		const response = await fetch(task.result_url);
		expect(response.status).toBe(200);
		expect(Number(response.headers.get('content-length'))).toBe(
			fault === 'truncated' ? whole.length : whole.length + 1000,
		);
		await expect(response.arrayBuffer()).rejects.toThrow('terminated');
		expect(mockApi.calls('file').at(-1)).toMatchObject({ status: 200, fault, clientLeft: false });
		expect(mockApi.ledger[0].downloads).toBe(1);
	});

	it('slowBody still sends the whole file', async () => {
		use({ fault: 'slowBody', ms: 20 });
		const bytes = await download(task.result_url);
		expect(mockApi.files.get(task.result_url)?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
		expect(mockApi.ledger[0].downloads).toBe(1);
	});

	it('wrongContentType returns the image with a wrong content type', async () => {
		use({ fault: 'wrongContentType' });
		const labels = new Set<string | null>();
		for (let read = 0; read < 12; read += 1) labels.add((await fetch(task.result_url)).headers.get('content-type'));
		expect([...labels].sort()).toEqual(['application/octet-stream', 'text/plain']);
		expect((await download(task.result_url)).subarray(1, 4).toString()).toBe('PNG');
	});

	it.each([
		['htmlFile', 'text/html; charset=utf-8', '<!doctype html>'],
		['svgFile', 'image/svg+xml', '<svg '],
		['emptyBody', 'image/png', ''],
	] as const)('%s returns status 200 and type %s, but not the image', async (fault, label, start) => {
		use({ fault });
		const response = await fetch(task.result_url);
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toBe(label);
		const body = await response.text();
		expect(body.startsWith(start)).toBe(true);
		expect(body.length > 0).toBe(start !== '');
		expect(mockApi.ledger[0].downloads).toBe(0);
	});

	it('stalledBody sends half of the image, and records if the client disconnects', async () => {
		const whole = await download(task.result_url);
		use({ fault: 'stalledBody' });
		const leave = new AbortController();
		const response = await fetch(task.result_url, { signal: leave.signal });
		const first = await response.body?.getReader().read();
		expect(first?.value).toHaveLength(Math.floor(whole.length / 2));
		leave.abort();
		await until(() => mockApi.calls('file').at(-1)?.clientLeft === true);
	});

	it('expiredFile makes the URL fail for good, and the next poll of the task returns a new URL', async () => {
		use({ fault: 'expiredFile', times: 1 });
		const { status } = await fetch(task.result_url);
		expect([403, 404, 410]).toContain(status);
		expect((await fetch(task.result_url)).status).toBe(status);
		const fresh = seedTask(await query(mockApi, task.task_id)).result_url;
		expect(fresh).not.toBe(task.result_url);
		expect((await download(fresh)).length).toBeGreaterThan(1000);
		expect(mockApi.calls('file').map(({ fault }) => fault)).toEqual(['expiredFile', undefined, undefined]);
	});

	it('expiredFile returns the status in its rule', async () => {
		use({ fault: 'expiredFile', status: 410 });
		expect((await fetch(task.result_url)).status).toBe(410);
	});

	it('redirectForeign redirects to another origin, which serves the file', async () => {
		use({ fault: 'redirectForeign' });
		const response = await fetch(task.result_url);
		expect(new URL(response.url).origin).toBe(mockApi.foreignUrl);
		expect(response.headers.get('content-type')).toBe('image/png');
		expect(mockApi.calls('file').map(({ origin }) => origin)).toEqual(['files', 'foreign']);
	});

	it('endlessBody sends data until the client disconnects', async () => {
		use({ fault: 'endlessBody' });
		const leaving = new AbortController();
		const response = await fetch(task.result_url, { signal: leaving.signal });
		let received = 0;
		for await (const piece of response.body ?? []) {
			received += piece.length;
			if (received > 8_000_000) break;
		}
		leaving.abort();
		expect(received).toBeGreaterThan(8_000_000);
		await until(() => mockApi.calls('file')[0].clientLeft);
	});

	it('gzipBomb sends less than 1 MB, which unpacks to 200 MB', async () => {
		use({ fault: 'gzipBomb' });
		const response = await fetch(task.result_url);
		expect(response.headers.get('content-encoding')).toBe('gzip');
		expect(Number(response.headers.get('content-length'))).toBeLessThan(1024 * 1024);
		let unpacked = 0;
		for await (const piece of response.body ?? []) unpacked += piece.length;
		expect(unpacked).toBe(200 * 1024 * 1024);
	});
});
