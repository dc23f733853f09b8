#!/usr/bin/perl
# hold.pl COMMAND...: listens on MILLRACE_LISTEN and MILLRACE_PORT, and runs the command with that socket as its standard
# input, again whenever it ends. Who comes while it does not run waits in the socket.
#
#   HUP         ends the command and runs it anew: kill -HUP, docker kill -s HUP
#   TERM, INT   end the command, and this with it
#
# A command that ends by itself is run again after a second. One that says at its very first start that it cannot (exit
# code 1 or 2) is not. Needs no more than the perl that every Debian has. As process 1 it buries orphans, too.
use strict;
use warnings;
no warnings qw(exec);
use POSIX ();
use Socket;

my $listen = $ENV{MILLRACE_LISTEN} || '127.0.0.1';
my $port   = $ENV{MILLRACE_PORT}   || 8080;
my $queue  = 4096;    # the kernel allows no more than net.core.somaxconn

sub say_that { print STDERR "hold: @_\n" }

sub entrance {
  my ($error, @found) = Socket::getaddrinfo($listen, $port, {socktype => SOCK_STREAM, flags => Socket::AI_PASSIVE()});
  die "hold: there is no address $listen:$port: $error\n" if $error;
  my $at = $found[0];
  socket(my $socket, $at->{family}, SOCK_STREAM, $at->{protocol}) or die "hold: no socket: $!\n";
  setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, pack('l', 1)) or die "hold: SO_REUSEADDR: $!\n";
  bind($socket, $at->{addr}) && listen($socket, $queue) or die "hold: it cannot listen on $listen:$port: $!\n";
  return $socket;
}

my @signals = qw(HUP TERM INT);
my $ours    = POSIX::SigSet->new(POSIX::SIGHUP(), POSIX::SIGTERM(), POSIX::SIGINT());
my ($child, $again, $stopping) = (0, 0, 0);

# Between the fork and here no signal comes through: the command gets each of them, or is never run.
sub run {
  POSIX::sigprocmask(POSIX::SIG_BLOCK(), $ours);
  my $pid = fork;
  if (defined $pid && $pid == 0) {
    $SIG{$_} = 'DEFAULT' for @signals;
    POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $ours);
    exec {$_[0]} @_ or say_that("$_[0]: $!");
    POSIX::_exit(2);
  }
  $child = $pid || 0;
  POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $ours);
  return 255 << 8 unless $child;
  while ((my $ended = waitpid(-1, 0)) != $child) {
    last if $ended == -1 && !$!{EINTR};
  }
  my $status = $?;
  $child = 0;
  return $status;
}

die "hold: which command?\n" unless @ARGV;
open(STDIN, '<&', entrance()) or die "hold: standard input: $!\n";
$SIG{HUP} = sub { $again = 1; kill(TERM => $child) if $child };
$SIG{TERM} = $SIG{INT} = sub { $stopping = 1; kill(TERM => $child) if $child };

for (my $start = 1; !$stopping; $start++) {
  $again = 0;
  my $status = run(@ARGV);
  my ($code, $signal) = ($status >> 8, $status & 127);
  exit $code if $start == 1 && !$again && ($code == 1 || $code == 2);
  next if $stopping || $again;
  say_that('the command ended by itself, ' . ($signal ? "by signal $signal" : "with exit code $code") . '; it is run again');
  select(undef, undef, undef, 1);
}
