package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"os"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// tlsConfig is how connections are made secure, or nil if they are not to be.
func tlsConfig(config Config, secure bool) (*tls.Config, error) {
	if !secure {
		return nil, nil
	}
	if config.TLS != nil {
		return config.TLS.Clone(), nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if config.CAFile != "" {
		pem, err := os.ReadFile(config.CAFile)
		if err != nil {
			return nil, &fault.Error{Code: fault.InvalidArgument, Op: "set option", Subject: "tls.ca.file", Detail: config.CAFile, Err: err}
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fault.New(fault.InvalidArgument, "set option", "tls.ca.file", "%s holds no PEM certificate", config.CAFile)
		}
	}
	if config.SkipHostVerification {
		t.InsecureSkipVerify = true // VerifyConnection checks all but the name
		t.VerifyConnection = func(s tls.ConnectionState) error {
			chain := x509.VerifyOptions{Roots: t.RootCAs, Intermediates: x509.NewCertPool()}
			for _, c := range s.PeerCertificates[1:] {
				chain.Intermediates.AddCert(c)
			}
			_, err := s.PeerCertificates[0].Verify(chain)
			return err
		}
	}
	return t, nil
}
