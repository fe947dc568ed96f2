// Fetches URLs as Java programs do that know their proxy and their password: one after another,
// credentials only when they were asked for. Prints one line, the status, for each.
//
//   java ProxiedFetch.java PROXY_PORT USER PASSWORD CERTIFICATE URL...

import java.io.FileInputStream;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URL;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class ProxiedFetch {
    public static void main(String[] arguments) throws Exception {
        // Java refuses Basic for tunnels unless told; people who need a proxy tell it.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        Authenticator.setDefault(new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                if (getRequestorType() != RequestorType.PROXY) {
                    return null;
                }
                return new PasswordAuthentication(arguments[1], arguments[2].toCharArray());
            }
        });
        trust(arguments[3]);
        int port = Integer.parseInt(arguments[0]);
        Proxy proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", port));
        for (int index = 4; index < arguments.length; index++) {
            URL url = new URL(arguments[index]);
            HttpURLConnection connection = (HttpURLConnection) url.openConnection(proxy);
            System.out.println(connection.getResponseCode());
            try (InputStream body = connection.getInputStream()) {
                body.readAllBytes();
            }
        }
    }

    private static void trust(String certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = new FileInputStream(certificate)) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            store.setCertificateEntry("suite", factory.generateCertificate(file));
        }
        TrustManagerFactory managers =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
    }
}
