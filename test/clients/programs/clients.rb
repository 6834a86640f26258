# Sends the chains of stdin with one Ruby client (ARGV[0]) and writes what it got as JSON.
require 'json'
require 'socket'
require 'openssl'

task = JSON.parse($stdin.read)
PORTS = task['ports']
ENV['SSL_CERT_FILE'] = task['ca']

class Socket
  class << self
    alias_method :elsewhere, :tcp
    def tcp(_host, port, *_rest, **_options)
      elsewhere('127.0.0.1', PORTS[port.to_s])
    end
  end
end

def with_faraday(task)
  require 'faraday'
  require 'faraday_middleware'
  client = Faraday.new(ssl: { ca_file: task['ca'] }) do |builder|
    builder.use FaradayMiddleware::FollowRedirects
    builder.adapter :net_http
  end
  lambda do |chain|
    body = chain['hasBody'] ? task['body'] : nil
    client.run_request(chain['method'].downcase.to_sym, chain['url'], body, chain['headers']).status
  end
end

def with_rest_client(task)
  require 'rest-client'
  lambda do |chain|
    RestClient::Request.execute(
      method: chain['method'].downcase.to_sym, url: chain['url'], headers: chain['headers'],
      payload: chain['hasBody'] ? task['body'] : nil, ssl_ca_file: task['ca'], proxy: nil
    ).code
  rescue RestClient::ExceptionWithResponse => e
    raise e if e.response.nil?
    e.http_code
  end
end

def with_httparty(task)
  require 'httparty'
  lambda do |chain|
    HTTParty.send(
      chain['method'].downcase, chain['url'], headers: chain['headers'],
      body: chain['hasBody'] ? task['body'] : nil, ssl_ca_file: task['ca']
    ).code
  end
end

clients = { 'faraday' => method(:with_faraday), 'rest-client' => method(:with_rest_client), 'httparty' => method(:with_httparty) }
gems = { 'faraday' => 'faraday_middleware', 'rest-client' => 'rest-client', 'httparty' => 'httparty' }
if ARGV[0] == 'versions'
  found = gems.transform_values { |gem| Gem::Specification.find_all_by_name(gem).first&.version&.to_s }
  puts JSON.generate(found.compact)
else
  send_chain = clients[ARGV[0]].call(task)
  got = task['chains'].to_h do |chain|
    [chain['name'], { status: send_chain.call(chain) }]
  rescue StandardError => e
    [chain['name'], { error: e.class.name }]
  end
  puts JSON.generate(got)
end
