package harness

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// The administrator of a secure server. The password is that of its key stores
// too: the standalone server's own code insists on this one there.
const (
	adminUser     = "admin"
	adminPassword = "1111_aaaa"
)

// administrator may do everything.
var administrator = Account{adminUser, adminPassword, "prn::*,READ_UPDATE"}

// Account is one that may use a secure server.
type Account struct {
	User, Password string
	// Permissions as Pravega writes them: RESOURCE,PERMISSION separated by
	// semicolons, such as prn::/scope:s,READ_UPDATE;prn::/scope:s/stream:t,READ.
	// Empty means none.
	Permissions string
}

// Secure starts a Standalone that asks for TLS and for a name and a password, or a
// BearerToken.
// Its tokens live 600 s, which cannot be set.
//
// The server ends with Stop, or with this process; ctx limits only the start.
func Secure(ctx context.Context, o Options) (*Server, error) {
	accounts := append([]Account{administrator}, o.Accounts...)
	return start(ctx, o, func(s *Server, j java, controllerPort int) error {
		s.uri = fmt.Sprintf("tls://localhost:%d", controllerPort)
		s.user, s.password = adminUser, adminPassword
		s.caFile = filepath.Join(j.dir, "ca.pem")
		if err := errors.Join(writeCertificates(ctx, j), j.addBearer(ctx)); err != nil {
			return err
		}
		passwords, err := passwordFile(accounts)
		if err != nil {
			return err
		}
		accountsFile, err := j.file("accounts", passwords)
		if err != nil {
			return err
		}
		return s.emulate(j, controllerPort,
			"-Dpravegaservice.service.published.host.nameOrIp=localhost",
			"-Dsinglenode.security.auth.enable=true",
			"-Dsinglenode.security.auth.credentials.username="+adminUser,
			"-Dsinglenode.security.auth.credentials.pwd="+adminPassword,
			"-Dsinglenode.security.auth.pwdAuthHandler.accountsDb.location="+accountsFile,
			"-Dsinglenode.security.tls.enable=true",
			"-Dsinglenode.security.tls.protocolVersion=TLSv1.2,TLSv1.3",
			"-Dsinglenode.security.tls.privateKey.location="+filepath.Join(j.dir, "server-key.pem"),
			"-Dsinglenode.security.tls.certificate.location="+filepath.Join(j.dir, "server-chain.pem"),
			"-Dsinglenode.security.tls.keyStore.location="+filepath.Join(j.dir, "server.jks"),
			"-Dsinglenode.security.tls.keyStore.pwd.location="+filepath.Join(j.dir, "stores-password"),
			"-Dsinglenode.security.tls.trustStore.location="+filepath.Join(j.dir, "trusted.jks"),
		)
	})
}

// passwordFile is the text of the file that Pravega checks passwords against: a
// line an account, with the password salted and hashed.
func passwordFile(accounts []Account) (string, error) {
	const rounds = 5000
	var b strings.Builder
	for _, a := range accounts {
		salt := make([]byte, 32)
		rand.Read(salt)
		hash, err := pbkdf2.Key(sha256.New, a.Password, salt, rounds, 64)
		if err != nil {
			return "", err
		}
		digest := fmt.Sprintf("%d:%x:%x", rounds, salt, hash)
		fmt.Fprintf(&b, "%s:%s:%s\n", a.User, hex.EncodeToString([]byte(digest)), a.Permissions)
	}
	return b.String(), nil
}
