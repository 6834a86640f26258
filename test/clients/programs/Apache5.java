import java.net.*;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.impl.classic.*;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.socket.*;
import org.apache.hc.client5.http.ssl.SSLConnectionSocketFactory;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.pool.*;
import org.apache.hc.core5.util.TimeValue;

/** Apache HttpClient 5. */
public class Apache5 {
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
        DnsResolver dns = new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                return new InetAddress[] {Chains.loopback(host)};
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
        var registry = RegistryBuilder.<ConnectionSocketFactory>create().register("http", plain).register("https", secure).build();
        HttpClientConnectionManager manager = new PoolingHttpClientConnectionManager(
            registry, PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO, TimeValue.NEG_ONE_MILLISECOND, null, dns, null);
        CloseableHttpClient client = HttpClients.custom().setConnectionManager(manager).disableAutomaticRetries().build();
        Chains.run((method, url, body, fields) -> {
            var request = ClassicRequestBuilder.create(method).setUri(url);
            fields.forEach(request::addHeader);
            if (body != null) request.setEntity(new StringEntity(body, null, null, false));
            try (var answer = client.execute(request.build())) {
                return answer.getCode();
            }
        });
    }
}
