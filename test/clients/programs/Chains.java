import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.*;
import javax.net.ssl.*;

/** Sends chains (lines of name, method, URL, body or -, then name=value fields, tab between) with a client of Java. */
public class Chains {
    /** One request, with all redirects that the client follows: the status in the end. */
    interface Sender {
        int send(String method, String url, String body, Map<String, String> fields) throws Exception;
    }

    static final Map<Integer, Integer> ports = new HashMap<>();

    public static void main(String[] args) throws Exception {
        ProxySelector proxy = ProxySelector.of(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1])));
        run(args[2].equals("URLConnection") ? connection(args[0], proxy) : client(args[0], proxy, args[2]));
    }

    static Sender client(String ca, ProxySelector proxy, String policy) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(trust(ca))
            .proxy(proxy).followRedirects(HttpClient.Redirect.valueOf(policy)).build();
        return (method, url, body, fields) -> {
            var publisher = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
            var request = HttpRequest.newBuilder(URI.create(url)).method(method, publisher);
            fields.forEach(request::header);
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        };
    }

    static Sender connection(String ca, ProxySelector proxy) throws Exception {
        HttpsURLConnection.setDefaultSSLSocketFactory(trust(ca).getSocketFactory());
        ProxySelector.setDefault(proxy);
        return (method, url, body, fields) -> {
            var connection = (HttpURLConnection) new URL(url).openConnection();
            connection.setRequestMethod(method);
            fields.forEach(connection::setRequestProperty);
            if (body != null) {
                connection.setDoOutput(true);
                connection.getOutputStream().write(body.getBytes());
            }
            return connection.getResponseCode();
        };
    }

    static void run(Sender sender) throws Exception {
        StringBuilder said = new StringBuilder();
        for (String line : new String(System.in.readAllBytes()).split("\n")) {
            String[] parts = line.split("\t");
            String outcome;
            try {
                Map<String, String> fields = new LinkedHashMap<>();
                for (int i = 4; i < parts.length; i++) fields.put(parts[i].split("=", 2)[0], parts[i].split("=", 2)[1]);
                outcome = "{\"status\":" + sender.send(parts[1], parts[2], parts[3].equals("-") ? null : parts[3], fields) + "}";
            } catch (Exception failure) {
                outcome = "{\"error\":\"" + failure.getClass().getSimpleName() + "\"}";
            }
            said.append(said.length() == 0 ? "{" : ",").append("\"" + parts[0] + "\":" + outcome);
        }
        System.out.println(said + "}");
        System.exit(0);
    }

    static X509TrustManager manager;

    static SSLContext trust(String file) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        manager = (X509TrustManager) managers.getTrustManagers()[0];
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    /** Reads 80=1234,443=5678. */
    static void place(String text) {
        for (String pair : text.split(",")) ports.put(Integer.valueOf(pair.split("=")[0]), Integer.valueOf(pair.split("=")[1]));
    }

    /** Any host, under a name of ours; the port is that of the URL until the socket is connected. */
    static InetAddress loopback(String host) throws UnknownHostException {
        return InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1});
    }

    static class Placed extends Socket {
        @Override
        public void connect(SocketAddress to, int timeout) throws IOException {
            super.connect(new InetSocketAddress("127.0.0.1", ports.get(((InetSocketAddress) to).getPort())), timeout);
        }
    }
}
