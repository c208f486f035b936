import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Makes server.jks and trusted.jks in a folder: java KeyStores.java KEY.pem CHAIN.pem CA.pem PASSWORD FOLDER. */
class KeyStores {
    public static void main(String[] args) throws Exception {
        char[] password = args[3].toCharArray();
        Path folder = Path.of(args[4]);

        KeyStore server = empty();
        server.setKeyEntry("server", privateKey(Path.of(args[0])), password, certificates(Path.of(args[1])));
        save(server, folder.resolve("server.jks"), password);

        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", certificates(Path.of(args[2]))[0]);
        save(trusted, folder.resolve("trusted.jks"), password);
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        return store;
    }

    private static void save(KeyStore store, Path file, char[] password) throws Exception {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password);
        }
    }

    private static PrivateKey privateKey(Path pem) throws Exception {
        String base64 = Files.readString(pem).replaceAll("-----[A-Z ]+-----", "");
        byte[] der = Base64.getMimeDecoder().decode(base64);
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static Certificate[] certificates(Path pem) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(pem)))
                .toArray(new Certificate[0]);
    }
}
