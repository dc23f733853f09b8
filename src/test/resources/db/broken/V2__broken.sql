-- H2 commits each of these by itself
create table later (id varchar(16) not null, constraint pk_later primary key (id));
alter table change drop column parameters;
update installation set id = 'lost';
insert into no_such_table values (1);
