import java.net.*;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.socket.*;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.entity.*;
import org.apache.http.impl.client.*;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.protocol.HttpContext;

/** Apache HttpClient 4. */
public class Apache4 {
    public static void main(String[] args) throws Exception {
        Chains.place(args[1]);
        ConnectionSocketFactory plain = new PlainConnectionSocketFactory() {
            @Override
            public Socket createSocket(HttpContext context) {
                return new Chains.Placed();
            }
        };
        ConnectionSocketFactory secure = new SSLConnectionSocketFactory(Chains.trust(args[0])) {
            @Override
            public Socket createSocket(HttpContext context) {
                return new Chains.Placed();
            }
        };
        var registry = RegistryBuilder.<ConnectionSocketFactory>create().register("http", plain).register("https", secure).build();
        var manager = new PoolingHttpClientConnectionManager(registry, host -> new InetAddress[] {Chains.loopback(host)});
        CloseableHttpClient client = HttpClients.custom().setConnectionManager(manager).build();
        Chains.run((method, url, body, fields) -> {
            RequestBuilder request = RequestBuilder.create(method).setUri(url);
            fields.forEach(request::addHeader);
            if (body != null) request.setEntity(new StringEntity(body, (ContentType) null));
            try (var answer = client.execute(request.build())) {
                return answer.getStatusLine().getStatusCode();
            }
        });
    }
}
