-- Views that read as their caller (security_invoker): the policies of the tables below hold through them.
-- A view gets no grants by itself.

create view books_with_rating with (security_invoker = true) as
select b.id, b.title, b.published, b.language, b.price, b.stock, r.rating, coalesce(r.reviews, 0) as reviews
from books b
left join (
  select book_id, round(avg(rating), 2) as rating, count(*) as reviews
  from reviews
  group by book_id
) r on r.book_id = b.id;

comment on view books_with_rating is 'Books with the mean of their reviews; rating is null while there are none.';

create view best_sellers with (security_invoker = true) as
select b.id, b.title, b.price, sum(l.quantity) as copies, sum(l.amount) as turnover
from books b
join order_lines l on l.book_id = b.id
join orders o on o.id = l.order_id
where o.status <> 'cancelled'
group by b.id, b.title, b.price;

comment on view best_sellers is 'Copies and turnover by book, from the orders the caller may read: all for an admin, their own for a customer.';

grant select on books_with_rating to anon, authenticated;
grant select on best_sellers to authenticated;
