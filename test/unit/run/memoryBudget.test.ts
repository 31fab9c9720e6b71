/* eslint-disable */
import { createBudget } from '../../../nodes/NanoBanana/run/memoryBudget';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** The names of the reservations in the order in which they got their memory. */
function reserve(budget: ReturnType<typeof createBudget>) {
	const order: string[] = [];
	const of = (name: string, method: 'acquire' | 'acquireSoon', amount: number) => {
		const reservation = budget.reservation();
		void reservation[method](amount).then(() => order.push(name));
		return reservation;
	};
	return { order, of };
}

it('gives memory in the order of the requests, as far as it is free', async () => {
	const { order, of } = reserve(createBudget(10));
	const first = of('first', 'acquire', 8);
	of('second', 'acquire', 8);
	of('third', 'acquire', 2);
	await jest.advanceTimersByTimeAsync(60_000);

	expect(order).toEqual(['first']);
	first.release();
	await jest.advanceTimersByTimeAsync(0);
	expect(order).toEqual(['first', 'second', 'third']);
});

it('gives a paid response its memory after ten seconds, although it is not free', async () => {
	const { order, of } = reserve(createBudget(10));
	const first = of('first', 'acquire', 10);
	const paid = of('paid', 'acquireSoon', 10);
	await jest.advanceTimersByTimeAsync(9_900);
	expect(order).toEqual(['first']);

	await jest.advanceTimersByTimeAsync(200);
	expect(order).toEqual(['first', 'paid']);
	of('last', 'acquire', 10);
	first.release();
	await jest.advanceTimersByTimeAsync(60_000);
	expect(order).toEqual(['first', 'paid']);
	paid.release();
	await jest.advanceTimersByTimeAsync(0);
	expect(order).toEqual(['first', 'paid', 'last']);
});

it('gives all paid responses together at most four times its memory', async () => {
	const { order, of } = reserve(createBudget(10));
	const first = of('first', 'acquire', 10);
	for (const name of ['a', 'b', 'c', 'd']) of(name, 'acquireSoon', 10);
	await jest.advanceTimersByTimeAsync(60_000);
	expect(order).toEqual(['first', 'a', 'b', 'c']);

	first.release();
	await jest.advanceTimersByTimeAsync(10_000);
	expect(order).toEqual(['first', 'a', 'b', 'c', 'd']);
});

it('gives nothing to a paid response that was released while it waited', async () => {
	const budget = createBudget(10);
	const { order, of } = reserve(budget);
	const first = of('first', 'acquire', 10);
	of('paid', 'acquireSoon', 10).release();
	await jest.advanceTimersByTimeAsync(60_000);
	first.release();
	of('last', 'acquire', 10);
	await jest.advanceTimersByTimeAsync(0);

	expect(order).toContain('last');
});
