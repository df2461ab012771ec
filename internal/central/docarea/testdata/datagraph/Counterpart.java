import java.io.ByteArrayInputStream;
import java.util.Iterator;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.axis.MessageContext;
import org.apache.axis.attachments.AttachmentPart;
import org.tempuri.DOCAREAprotoSoapImpl;
import org.tempuri.InserimentoRet;
import org.tempuri.LoginRet;
import org.tempuri.ProtocollazioneRet;
import org.w3c.dom.Document;

/** One number of Datagraph's service behind Axis, which reads the files that come beside the envelope in DIME. */
public class Counterpart extends DOCAREAprotoSoapImpl {
  @Override
  public LoginRet login(String strCodEnte, String strUserName, String strPassword) {
    return new LoginRet("DST-1", 0, "");
  }

  @Override
  public InserimentoRet inserimento(String strUserName, String strDST) {
    try {
      String file = new String(beside(), "US-ASCII");
      boolean good = strDST.equals("DST-1") && file.equals("%PDF-1.7 scheda");
      return new InserimentoRet(good ? 10001 : 0, good ? 0 : -52, good ? "" : file);
    } catch (Exception e) {
      return new InserimentoRet(0, -1, e.toString());
    }
  }

  @Override
  public ProtocollazioneRet protocollazione(String strUserName, String strDST) {
    try {
      Document d = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(beside()));
      String subject = d.getElementsByTagName("Oggetto").item(0).getTextContent();
      boolean good = subject.startsWith("Richiesta <urgente> dell'attivit\u00e0 & \u00abpi\u00f9\u00bb (prot. mittente 55");
      return new ProtocollazioneRet(good ? 1234 : 0, good ? 2026 : 0, good ? "02/03/2026" : "", good ? 0 : -106, good ? "" : subject);
    } catch (Exception e) {
      return new ProtocollazioneRet(0, 0, "", -1, e.toString());
    }
  }

  /** The one file beside the envelope. */
  private static byte[] beside() throws Exception {
    Iterator<?> parts = MessageContext.getCurrentContext().getRequestMessage().getAttachmentsImpl().getAttachments().iterator();
    byte[] file = ((AttachmentPart) parts.next()).getDataHandler().getInputStream().readAllBytes();
    if (parts.hasNext()) {
      throw new Exception("more than one file");
    }
    return file;
  }
}
