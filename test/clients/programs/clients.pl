# Sends the chains of stdin with LWP and writes what it got as JSON.
use strict;
use warnings;
use JSON::PP;
use LWP::UserAgent;
use LWP::Protocol::https;

my $task = decode_json(do { local $/; <STDIN> });
if (($ARGV[0] // '') eq 'version') { print $LWP::VERSION; exit }
my $ports = $task->{ports};
{
    no warnings 'redefine';
    *LWP::Protocol::http::_extra_sock_opts = sub { (PeerAddr => '127.0.0.1', PeerPort => $ports->{ $_[2] }) };
    my $tls = \&LWP::Protocol::https::_extra_sock_opts;
    *LWP::Protocol::https::_extra_sock_opts = sub {
        my ($self, $host, $port) = @_;
        ($tls->(@_), PeerAddr => '127.0.0.1', PeerPort => $ports->{$port}, SSL_verifycn_name => $host, SSL_hostname => $host);
    };
}
my $agent = LWP::UserAgent->new(ssl_opts => { SSL_ca_file => $task->{ca}, verify_hostname => 1 });
my %got;
for my $chain (@{ $task->{chains} }) {
    my $request = HTTP::Request->new($chain->{method}, $chain->{url}, [ %{ $chain->{headers} } ]);
    $request->content($task->{body}) if $chain->{hasBody};
    my $answer = $agent->request($request);
    # 501: a scheme that it does not have.
    my $broken = $answer->code == 501 || ($answer->header('Client-Warning') // '') eq 'Internal response';
    $got{ $chain->{name} } = $broken ? { error => $answer->message } : { status => $answer->code + 0 };
}
print encode_json(\%got);
