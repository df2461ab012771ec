import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.xml.parsers.DocumentBuilderFactory;
import org.tempuri.DOCAREAProtobindingImpl;
import org.tempuri.TRispostaInserimento;
import org.tempuri.TRispostaLogin;
import org.tempuri.TRispostaProtocollazione;
import org.w3c.dom.Document;

/** One number of TINN's service behind Axis: what the calls carry is read, and what they are answered is written, by classes that Axis made of the WSDL. */
public class Counterpart extends DOCAREAProtobindingImpl {
  private static byte[] file = {};

  @Override
  public TRispostaLogin login(String codiceEnte, String username, String userPassword) {
    boolean good = codiceEnte.equals("c_x000") && username.equals("ws_sportello") && userPassword.equals("segreto");
    return new TRispostaLogin(good ? "DST-1" : "", good ? 0 : -8, good ? "" : "credenziali");
  }

  @Override
  public TRispostaInserimento inserimento(String username, String dst, byte[] fileBinario) {
    file = fileBinario;
    boolean good = dst.equals("DST-1") && new String(file, StandardCharsets.US_ASCII).startsWith("%PDF");
    return new TRispostaInserimento(good ? 10001 : 0, good ? 0 : -52, good ? "" : "allegato " + Arrays.toString(file));
  }

  @Override
  public TRispostaProtocollazione protocollazione(String username, String dst, byte[] fileXML) {
    String subject;
    try {
      Document d = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(fileXML));
      subject = d.getElementsByTagName("Oggetto").item(0).getTextContent();
    } catch (Exception e) {
      return new TRispostaProtocollazione(0, 0, "", -110, e.toString());
    }
    if (subject.startsWith("Richiesta <urgente> dell'attivit\u00e0 & \u00abpi\u00f9\u00bb (prot. mittente 55")) {
      return new TRispostaProtocollazione(1234, 2026, "02/03/2026", 0, "");
    }
    return new TRispostaProtocollazione(0, 0, "", -106, "oggetto: " + subject);
  }
}
