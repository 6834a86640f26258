<?php
/* Sends the chains of stdin with Guzzle and writes what it got as JSON. */
require_once 'GuzzleHttp/autoload.php';

$task = json_decode(file_get_contents('php://stdin'), true);
if (($argv[1] ?? '') === 'version') {
    echo Composer\InstalledVersions::class && class_exists('Composer\\InstalledVersions')
        ? Composer\InstalledVersions::getPrettyVersion('guzzlehttp/guzzle')
        : GuzzleHttp\ClientInterface::MAJOR_VERSION;
    exit;
}
$places = [];
foreach ($task['ports'] as $port => $to) {
    $places[] = ":$port:127.0.0.1:$to";
}
$client = new GuzzleHttp\Client([
    'verify' => $task['ca'],
    'http_errors' => false,
    'curl' => [CURLOPT_CONNECT_TO => $places],
]);
$got = [];
foreach ($task['chains'] as $chain) {
    $options = ['headers' => $chain['headers']];
    if ($chain['hasBody']) {
        $options['body'] = $task['body'];
    }
    try {
        $got[$chain['name']] = ['status' => $client->request($chain['method'], $chain['url'], $options)->getStatusCode()];
    } catch (Exception $failure) {
        $got[$chain['name']] = ['error' => get_class($failure)];
    }
}
echo json_encode($got);
