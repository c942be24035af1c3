-- === as service_role
insert into telemetry.devices (id, serial, owner, token) values ('d0000000-0000-0000-0000-000000000001', 'A-1', '00000000-0000-0000-0000-000000000001', '\xdeadbeef'), ('d0000000-0000-0000-0000-000000000002', 'B-2', '00000000-0000-0000-0000-000000000002', null);
insert into telemetry.thresholds values ('temp', -10, 30.5), ('volt', 3, null);
insert into telemetry.thresholds values ('bad', 5, 1);
insert into telemetry.devices (serial, owner) values ('A-1', '00000000-0000-0000-0000-000000000001');
-- === as authenticated 00000000-0000-0000-0000-000000000001
select serial, encode(token, 'hex'), octet_length(token) from telemetry.devices;
insert into telemetry.readings (device, at, metric, value) select 'd0000000-0000-0000-0000-000000000001', t, 'temp', 20 + extract(hour from t)::float8 * 0.75 from generate_series(timestamptz '2024-03-01 00:00+00', timestamptz '2024-03-01 23:00+00', interval '1 hour') t;
insert into telemetry.readings (device, at, metric, value) values ('d0000000-0000-0000-0000-000000000002', '2024-03-01', 'temp', 1);
select telemetry.ingest('[{"device": "d0000000-0000-0000-0000-000000000001", "at": "2024-03-02T00:30:00Z", "metric": "volt", "value": 2.9, "quality": 3}, {"device": "d0000000-0000-0000-0000-000000000001", "at": "2024-03-02T00:30:00Z", "metric": "volt", "value": 3.1}, {"device": "nonsense", "at": "2024-03-02", "metric": "x", "value": 1}, {"device": "d0000000-0000-0000-0000-000000000001", "at": "2024-03-02T01:30:00+01:00", "metric": "amps", "value": 1e-3}]');
select * from telemetry.buckets('temp', '6 hours');
select * from telemetry.buckets('volt', interval '1 day');
select at, message from telemetry.alerts order by at, id;
select metric, count(*), sum(value), min(at), max(at) - min(at) as span from telemetry.readings group by metric order by metric;
select date_trunc('hour', at at time zone 'Europe/Berlin') as local, value from telemetry.readings where metric <> 'temp' order by at, metric;
select at, value, avg(value) over (order by at rows between 2 preceding and current row) as smooth from telemetry.readings where metric = 'temp' order by at limit 5;
select width_bucket(value, 20, 40, 4) as bucket, count(*) from telemetry.readings where metric = 'temp' group by 1 order by 1;
select at::date, (array_agg(value order by at desc))[1] as last, raw ->> 'quality' as quality from telemetry.readings group by at::date, raw ->> 'quality' order by 1, 3;
select g.at, r.value from generate_series(timestamptz '2024-03-02 00:00+00', timestamptz '2024-03-02 02:00+00', '30 minutes') g(at) left join telemetry.readings r on r.at = g.at and r.metric = 'volt' order by g.at;
select extract(epoch from max(at)), to_char(max(at), 'IYYY-"W"IW-ID HH24:MI'), max(at) > now() as future from telemetry.readings;
update telemetry.readings set quality = 40000 where metric = 'volt';
-- === as authenticated 00000000-0000-0000-0000-000000000002
select serial from telemetry.devices;
select count(*) from telemetry.readings;
select * from telemetry.alerts;
select telemetry.ingest('[{"device": "d0000000-0000-0000-0000-000000000001", "at": "2024-03-05", "metric": "temp", "value": 1}]');
-- === as anon
select * from telemetry.readings;
select * from telemetry.buckets('temp', '1 day');
-- === as service_role
delete from telemetry.devices where serial = 'A-1';
select count(*) from telemetry.readings;
select count(*), count(distinct device) from telemetry.alerts;
