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
    static final Map<Integer, Integer> ports = new HashMap<>();

    public static void main(String[] args) throws Exception {
        String policy = args[0];
        SSLContext tls = trust(args[1]);
        ProxySelector proxy = ProxySelector.of(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[2])));
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls)
            .proxy(proxy).followRedirects(HttpClient.Redirect.valueOf(policy)).build();
        StringBuilder said = new StringBuilder();
        for (String line : new String(System.in.readAllBytes()).split("\n")) {
            String[] parts = line.split("\t");
            String outcome;
            try {
                var body = parts[3].equals("-") ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(parts[3]);
                var request = HttpRequest.newBuilder(URI.create(parts[2])).method(parts[1], body);
                for (int i = 4; i < parts.length; i++) {
                    String[] field = parts[i].split("=", 2);
                    request.header(field[0], field[1]);
                }
                outcome = "{\"status\":" + client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode() + "}";
            } catch (Exception failure) {
                outcome = "{\"error\":\"" + failure.getClass().getSimpleName() + "\"}";
            }
            said.append(said.length() == 0 ? "{" : ",").append("\"" + parts[0] + "\":" + outcome);
        }
        System.out.println(said + "}");
    }

    static SSLContext trust(String file) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
