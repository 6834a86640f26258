import java.net.*;
import java.util.List;
import javax.net.SocketFactory;
import okhttp3.*;

/** OkHttp 3 or 4. */
public class OkHttp {
    public static void main(String[] args) throws Exception {
        Chains.place(args[1]);
        SocketFactory sockets = new SocketFactory() {
            @Override
            public Socket createSocket() {
                return new Chains.Placed();
            }

            @Override
            public Socket createSocket(String host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
                throw new UnsupportedOperationException();
            }
        };
        var tls = Chains.trust(args[0]).getSocketFactory();
        OkHttpClient client = new OkHttpClient.Builder().dns(host -> List.of(Chains.loopback(host)))
            .socketFactory(sockets).sslSocketFactory(tls, Chains.manager).build();
        Chains.run((method, url, body, fields) -> {
            Request.Builder request = new Request.Builder().url(url).method(method, body == null ? null : RequestBody.create(null, body));
            fields.forEach(request::header);
            try (Response answer = client.newCall(request.build()).execute()) {
                return answer.code();
            }
        });
    }
}
