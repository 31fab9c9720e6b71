/* eslint-disable */
import { startMockApi, type FaultName, type FaultRule, type MockApi } from '../..';
import { call, create, createdTask, PLAIN_TASK, query, seedTask, until, type Reply } from '../taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

const NOTHING_ACCEPTED: [FaultName, number, string][] = [
	['status408', 408, '<h1>408'],
	['status425', 425, '<h1>425'],
	['status429', 429, 'fail_to_fetch_task'],
	['status429Balance', 429, 'insufficient_user_quota'],
	['status500', 500, 'bad_response_status_code'],
	['status502Html', 502, '<h1>502'],
	['status503', 503, 'not accepted'],
	['status504Html', 504, '<h1>504'],
];

const ACCEPTED_ALL_THE_SAME: [FaultName, number, string][] = [
	['status503Accepted', 503, '<h1>503'],
	['status524Html', 524, 'A timeout occurred'],
	['htmlFile', 200, 'Please sign in'],
	['emptyBody', 200, ''],
];

function text({ body }: Reply): string {
	return typeof body === 'string' ? body : JSON.stringify(body);
}

describe('faults of the API', () => {
	let mockApi: MockApi;
	const use = (rule: FaultRule): void => mockApi.set({ faults: [rule] });

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 60_000, queuedShare: 0, syncMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('resetBefore breaks the connection and accepts nothing', async () => {
		use({ route: 'createTask', fault: 'resetBefore' });
		await expect(create(mockApi)).rejects.toThrow('fetch failed');
		expect(mockApi.created()).toBe(0);
		expect(mockApi.journal).toMatchObject([
			{ route: 'createTask', status: 'reset', fault: 'resetBefore', body: PLAIN_TASK, clientLeft: false },
		]);
	});

	it('resetAfter accepts the task and then breaks the connection', async () => {
		use({ route: 'createTask', fault: 'resetAfter', times: 1 });
		await expect(create(mockApi)).rejects.toThrow('fetch failed');
		expect(mockApi.ledger).toMatchObject([{ number: 1, isDelivered: false, imagesCharged: 1 }]);
		await create(mockApi);
		expect(mockApi.ledger.map(({ isDelivered }) => isDelivered)).toEqual([false, true]);
	});

	it.each(NOTHING_ACCEPTED)('%s returns %i and accepts nothing', async (fault, status, fragment) => {
		use({ route: 'createTask', fault });
		const reply = await create(mockApi);
		expect(reply.status).toBe(status);
		expect(text(reply)).toContain(fragment);
		expect(mockApi.created()).toBe(0);
		expect(mockApi.journal).toMatchObject([{ status, fault }]);
	});

	it.each(ACCEPTED_ALL_THE_SAME)('%s returns %i although the task is accepted', async (fault, status, fragment) => {
		use({ route: 'createTask', fault });
		const reply = await create(mockApi);
		expect(reply.status).toBe(status);
		expect(text(reply)).toContain(fragment);
		expect(mockApi.ledger).toMatchObject([{ isDelivered: false }]);
	});

	it.each([
		['none', null],
		['seconds', /^1$/],
		['date', /GMT$/],
	] as const)('status429 sends Retry-After in the form "%s"', async (retryAfter, header) => {
		use({ route: 'createTask', fault: 'status429', retryAfter });
		const { headers } = await create(mockApi);
		if (header === null) expect(headers.has('retry-after')).toBe(false);
		else expect(headers.get('retry-after')).toMatch(header);
	});

	it("status503 has Google's error format on the Gemini endpoint", async () => {
		use({ route: 'generateContent', fault: 'status503' });
		const reply = await call(mockApi, 'POST', '/v1beta/models/gemini-2.5-flash-image:generateContent', {});
		expect(reply).toMatchObject({ status: 503, body: { error: { code: 503, status: 'UNAVAILABLE' } } });
	});

	it('completeThenReset sends the whole body, so the response counts as delivered', async () => {
		mockApi.set({ faults: [{ route: 'createTask', fault: 'completeThenReset' }] });
		await expect(create(mockApi)).rejects.toThrow('terminated');
		expect(mockApi.ledger).toMatchObject([{ isDelivered: true, imagesCharged: 1 }]);
	});

	it('slowHeaders delays the response, and records if the client disconnects', async () => {
		use({ route: 'createTask', fault: 'slowHeaders', ms: 5 });
		expect((await create(mockApi)).status).toBe(200);
		expect(mockApi.ledger[0].isDelivered).toBe(true);
		use({ route: 'getTask', fault: 'slowHeaders', ms: 60_000 });
		const leaving = new AbortController();
		const asked = fetch(`${mockApi.baseUrl}/v1/images/tasks/x`, { signal: leaving.signal });
		await until(() => mockApi.calls('getTask').length > 0);
		leaving.abort();
		await expect(asked).rejects.toThrow('aborted');
		await until(() => mockApi.calls('getTask')[0].clientLeft);
		expect(mockApi.calls('getTask')).toMatchObject([{ status: 0, clientLeft: true }]);
	});

	it('lateVisibility hides a new task for some time, or for one poll', async () => {
		use({ route: 'createTask', fault: 'lateVisibility', ms: 60_000 });
		const hidden = await createdTask(mockApi);
		expect(await query(mockApi, hidden)).toMatchObject({ status: 400, body: { code: 'task_not_exist' } });
		use({ route: 'getTask', fault: 'lateVisibility', times: 1 });
		const late = await createdTask(mockApi);
		expect((await query(mockApi, late)).status).toBe(400);
		expect((await query(mockApi, late)).status).toBe(200);
	});

	it('backwards returns an earlier status, but only after a later one was returned', async () => {
		const taskId = await createdTask(mockApi);
		use({ route: 'getTask', fault: 'backwards', times: 1 });
		const states: string[] = [];
		for (let read = 0; read < 3; read += 1) states.push(seedTask(await query(mockApi, taskId)).status);
		expect(states).toEqual(['processing', 'queued', 'processing']);
		expect(mockApi.calls('getTask').map(({ fault }) => fault)).toEqual([undefined, 'backwards', undefined]);
	});

	it('unknownStatus returns an undocumented status', async () => {
		const taskId = await createdTask(mockApi);
		use({ route: 'getTask', fault: 'unknownStatus', times: 1 });
		expect(seedTask(await query(mockApi, taskId)).status).toBe('post_processing');
		mockApi.finishTasks();
		expect(seedTask(await query(mockApi, taskId)).status).toBe('succeeded');
		expect(mockApi.ledger[0].collected).toBe(1);
	});

	it.each(['createTask', 'getTask'] as const)(
		'failedTask on %s fails the task, and nothing is charged',
		async (route) => {
			use({ route, fault: 'failedTask', times: 1 });
			const taskId = await createdTask(mockApi);
			if (route === 'createTask') mockApi.finishTasks();
			expect(seedTask(await query(mockApi, taskId))).toMatchObject({
				status: 'failed',
				error: { code: 'upstream_error' },
			});
			expect(mockApi.imagesCharged()).toBe(0);
		},
	);

	it('failedTask fails a synchronous call with status 500, and nothing is charged', async () => {
		use({ route: 'generations', fault: 'failedTask' });
		const reply = await call(mockApi, 'POST', '/v1/images/generations', PLAIN_TASK);
		expect(reply).toMatchObject({ status: 500, body: { error: { code: 'bad_response_status_code' } } });
		expect(mockApi.imagesCharged()).toBe(0);
	});

	it('fewerImages returns and charges one image fewer', async () => {
		use({ route: 'createTask', fault: 'fewerImages' });
		const taskId = await createdTask(mockApi, { ...PLAIN_TASK, n: 3 });
		expect(mockApi.imagesCharged()).toBe(3);
		mockApi.finishTasks();
		expect(seedTask(await query(mockApi, taskId)).result_urls).toHaveLength(2);
		expect(mockApi.imagesCharged()).toBe(2);
	});

	it('fewerImages makes a request for one image succeed without an image', async () => {
		use({ route: 'generateContent', fault: 'fewerImages' });
		const contents = [{ parts: [{ text: 'x' }] }];
		const { status, body } = await call(mockApi, 'POST', '/v1beta/models/gemini-2.5-flash-image:generateContent', {
			contents,
		});
		expect(status).toBe(200);
		expect(body).toMatchObject({ candidates: [{ content: { parts: [] }, finishReason: 'NO_IMAGE' }] });
	});

	it('redirectForeign redirects to a third origin, and the journal shows whether the key was sent there', async () => {
		const taskId = await createdTask(mockApi);
		use({ route: 'getTask', fault: 'redirectForeign' });
		const { status, headers } = await query(mockApi, taskId);
		expect(status).toBe(307);
		const target = headers.get('location') ?? '';
		expect(new URL(target).origin).toBe(mockApi.foreignUrl);
		const careful = await fetch(target);
		const careless = await fetch(target, { headers: { authorization: `Bearer ${mockApi.apiKey}` } });
		expect([careful.status, careless.status]).toEqual([401, 200]);
		const seen = mockApi.journal.filter(({ origin }) => origin === 'foreign').map(({ authorization }) => authorization);
		expect(seen).toEqual([undefined, `Bearer ${mockApi.apiKey}`]);
	});

	it('hugeJson streams more than 100 MB of JSON', async () => {
		use({ route: 'models', fault: 'hugeJson' });
		const headers = { authorization: `Bearer ${mockApi.apiKey}` };
		const response = await fetch(`${mockApi.baseUrl}/v1/models`, { headers });
		const received = Buffer.from(await response.arrayBuffer());
		expect(received.length).toBeGreaterThan(100 * 1024 * 1024);
		expect(received.subarray(0, 10).toString()).toBe('{"code":"s');
		expect(received.subarray(-5).toString()).toBe('xx"}}');
	});
});
