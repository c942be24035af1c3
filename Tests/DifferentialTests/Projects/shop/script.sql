-- === as service_role
insert into customers values ('00000000-0000-0000-0000-000000000001', 'Ann@Shop.example', true), ('00000000-0000-0000-0000-000000000002', 'bob@shop.example', false);
insert into customers values ('00000000-0000-0000-0000-000000000003', 'ANN@shop.example');
insert into products (sku, name, price, stock, attributes) values ('cup', 'Cup', 4.5, 10, '{"color": "red"}'), ('pot', 'Pot', 19.999, 2, '{"color": "blue", "litres": 2}'), ('lid', 'Lid', 3, 0, null) returning sku, price;
insert into products (sku, name, price) values ('bad', 'Bad', -1);
insert into products (sku, name, price) values ('a-very-long-stock-keeping-unit', 'Long', 1);
-- === as authenticated 00000000-0000-0000-0000-000000000001
insert into orders (customer_id) values (auth.uid()) returning id, status;
insert into orders (customer_id) values ('00000000-0000-0000-0000-000000000002');
select * from add_line(1000, 'cup', 3);
select line, total from add_line(1000, 'pot', 2);
select add_line(1000, 'pot', 1);
select add_line(1000, 'fork', 1);
select add_line(1000, 'cup', 100);
select sku, stock from products order by sku;
select place_order(1000);
select place_order(1000);
select number, order_id, amount from invoices;
update orders set status = 'cart' where id = 1000;
update orders set status = 'paid' where id = 1000 returning status, placed_at at time zone 'Europe/Berlin';
select * from sales;
select o.id, o.status, sum(l.total) over (partition by o.id order by l.line) as running, l.sku from orders o join order_lines l on l.order_id = o.id order by l.line;
delete from order_lines where line = 2 returning sku, quantity;
select sku, stock from products order by sku;
-- === as authenticated 00000000-0000-0000-0000-000000000002
select * from orders;
select * from order_lines;
select * from invoices;
select id, email from customers;
select place_order(1000);
insert into orders (customer_id, note) values (auth.uid(), 'gift') returning id;
insert into order_lines (order_id, line, sku, quantity, price) values (1000, 9, 'cup', 1, 1);
insert into order_lines (order_id, line, sku, quantity, price) values (1001, 1, 'cup', 0, 1);
-- === as anon
select sku, name, price, attributes ->> 'color' as color from products order by price desc;
select stock from products;
select * from products;
update products set price = 0;
select * from orders;
-- === as service_role
select * from sales order by sku;
update products set sku = 'mug' where sku = 'cup';
select distinct sku from order_lines order by sku;
merge into products p using (values ('mug', 5), ('fork', 7)) as d(sku, amount) on p.sku = d.sku when matched then update set stock = stock + d.amount when not matched then insert (sku, name, price, stock) values (d.sku, initcap(d.sku), 1, d.amount);
select sku, name, stock from products order by sku;
with moved as (update orders set status = 'shipped' where status = 'paid' returning id) insert into invoices (order_id, amount) select id, 0 from orders where id not in (select order_id from invoices) and id not in (select id from moved) returning number, order_id;
select id, status from orders order by id;
select status, count(*), grouping(status) from orders group by rollup (status) order by status nulls last;
select percentile_cont(0.5) within group (order by price::numeric) from products;
select nextval('invoice_numbers') > 500, currval('invoice_numbers') = lastval();
delete from products where sku = 'mug';
