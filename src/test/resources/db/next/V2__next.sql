-- what a version after this one might do: a table, a column, and something with what is there
create table later (id varchar(16) not null, constraint pk_later primary key (id));
alter table change add column later_on varchar;
update change set later_on = subject;
