// Appends one event per new stream with Emmett: node emmett.mjs SOCKET_FOLDER DATABASE IN_FLIGHT SECONDS
import { randomUUID } from 'node:crypto';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

const [folder, database, inFlight, seconds] = process.argv.slice(2);
const store = getPostgreSQLEventStore(`postgresql://postgres@/${database}?host=${encodeURIComponent(folder)}`);
const WARM_UP = 500;

const append = () => {
  const id = randomUUID();
  const data = {
    need_id: id,
    kind: 'need',
    channel: 'counter',
    title: '村口三盏路灯坏了两个月,老人夜里不敢出门',
    detail:
      '自八月底起,三组通往卫生室的路上有三盏太阳能路灯不亮,附近住着十一户,多数是独居老人,夜里看病、倒水都要摸黑走。' +
      '村里报过两次,维修的师傅说是电池老化,要等统一更换。盼望在入冬前先修好卫生室门口那一盏。',
    town: '999901101',
    petitioner: null,
    submitted_by: 'clerk-999901101',
  };
  return store.appendToStream(`need-${id}`, [{ type: 'NeedSubmitted', data }]);
};

const workers = (count, more) => Promise.all(Array.from({ length: count }, async () => { while (more()) await append(); }));

let warm = 0;
await workers(Number(inFlight), () => warm++ < WARM_UP);

let appended = 0;
const began = performance.now();
const until = began + Number(seconds) * 1000;
await workers(Number(inFlight), () => performance.now() < until && ++appended);
console.log(JSON.stringify({ appended, seconds: (performance.now() - began) / 1000 }));
await store.close();
