create function add_line(p_order bigint, p_sku text, p_quantity integer) returns order_lines language plpgsql as $$
declare
  result order_lines;
  p products%rowtype;
begin
  select * into p from products where sku = p_sku for update;
  if not found then
    raise exception 'no product %', p_sku using errcode = 'foreign_key_violation', detail = 'It may be gone.';
  elsif p.stock < p_quantity then
    raise exception 'only % of % left', p.stock, p.name using errcode = '23514', hint = 'Take fewer.';
  end if;
  update products set stock = stock - p_quantity where sku = p_sku;
  insert into order_lines (order_id, line, sku, quantity, price)
  values (p_order, coalesce((select max(line) from order_lines where order_id = p_order), 0) + 1, p_sku, p_quantity, p.price)
  returning * into result;
  return result;
end $$;

create function place_order(p_order bigint) returns numeric language plpgsql security definer set search_path = public as $$
declare
  sum_total numeric := 0;
  l record;
begin
  if not exists (select from orders where id = p_order and customer_id = auth.uid() and status = 'cart') then
    raise exception using message = 'not your cart', errcode = '42501';
  end if;
  for l in select * from order_lines where order_id = p_order order by line loop
    sum_total := sum_total + l.total;
  end loop;
  if sum_total = 0 then
    return null;
  end if;
  update orders set status = 'placed', placed_at = '2024-04-01 10:00+00' where id = p_order;
  insert into invoices (order_id, amount) values (p_order, sum_total);
  return sum_total;
end $$;

create function give_back() returns trigger language plpgsql as $$
begin
  update products set stock = stock + old.quantity where sku = old.sku;
  return old;
end $$;
create trigger give_back after delete on order_lines for each row execute function give_back();

create function forbid_back() returns trigger language plpgsql as $$
begin
  if new.status < old.status then
    raise exception 'an order cannot go from % to %', old.status, new.status;
  end if;
  return new;
end $$;
create trigger forbid_back before update of status on orders for each row execute function forbid_back();

create view sales as
  select p.sku, p.name, coalesce(sum(l.quantity), 0) as sold, coalesce(sum(l.total), 0)::numeric(14, 2) as revenue
  from products p left join order_lines l using (sku) left join orders o on o.id = l.order_id and o.status <> 'cart'
  group by p.sku, p.name;
revoke all on sales from anon, authenticated;

alter table customers enable row level security;
alter table orders enable row level security;
alter table order_lines enable row level security;
alter table invoices enable row level security;
create policy self on customers using (id = auth.uid());
create policy own on orders for all to authenticated using (customer_id = auth.uid());
create policy own on order_lines for all to authenticated using (exists (select from orders o where o.id = order_id));
create policy own on invoices for select to authenticated using (order_id in (select id from orders));
grant select (sku, name, price, attributes) on products to anon;
revoke insert, update, delete on products from anon;
