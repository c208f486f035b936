package harness

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os/exec"
	"time"
)

//go:embed KeyStores.java
var keyStores string

// writeCertificates makes an authority and a certificate for localhost that it
// signed, in each form that the server wants: ca.pem, server-key.pem,
// server-chain.pem, and the Java key stores server.jks and trusted.jks with
// their password in stores-password.
func writeCertificates(ctx context.Context, j java) error {
	caKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	serverKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return err
	}
	serverDER, err := x509.CreateCertificate(rand.Reader, server, ca, serverKey.Public(), caKey)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(serverKey) // the one form of key that the server reads
	if err != nil {
		return err
	}

	caPEM := encodePEM("CERTIFICATE", caDER)
	caFile, err1 := j.file("ca.pem", caPEM)
	// The server takes its own chain as what it trusts, too.
	chainFile, err2 := j.file("server-chain.pem", encodePEM("CERTIFICATE", serverDER)+caPEM)
	keyFile, err3 := j.file("server-key.pem", encodePEM("PRIVATE KEY", keyDER))
	_, err4 := j.file("stores-password", adminPassword)
	program, err5 := j.file("KeyStores.java", keyStores)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "java", program, keyFile, chainFile, caFile, adminPassword, j.dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("making the key stores: %w\n%s", err, out)
	}
	return nil
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
